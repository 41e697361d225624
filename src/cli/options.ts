// The arguments and options that several commands share, worded once.
import { type Command, integerOption, Option } from './command-line.js';

/** Declares the app, as the first argument. */
export function takeApp(command: Command): Command {
  return command.argument('<app>', 'the file and the Huey that it exports, as ./tasks.js:huey');
}

/** Declares --json. */
export function takeJson(command: Command): Command {
  return command.option('--json', 'write JSON, for programs to read');
}

/** Declares --limit. */
export function takeLimit(command: Command): Command {
  const limit = new Option('--limit <count>', 'show at most so many (default: 50, or all with --json)');
  return command.addOption(limit.argParser(integerOption(1)));
}

/** Declares --yes. */
export function takeYes(command: Command): Command {
  return command.option('-y, --yes', 'do not ask');
}
