// The grammar of the command line: commander, with this program's manners. Commands are declared on what this file makes;
// nothing else imports commander.
import { Argument, Command, CommanderError, type Help, InvalidArgumentError, Option } from 'commander';
import { isHueyError } from '../errors.js';
import { durationMs } from '../time.js';
import { CliFailure, EXIT, type ExitCode } from './failure.js';
import type { Host } from './host.js';

export { Argument, Command, InvalidArgumentError, Option };

/** A command whose help, errors and colours are as everywhere in this program. */
export function newCommand(name: string, { stdout, stderr }: Host): Command {
  return new Command(name)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
      // Failures are told in one place, at the end of the program.
      outputError: () => {},
      getOutHasColors: () => stdout.hasColors,
      getErrHasColors: () => stderr.hasColors,
      getOutHelpWidth: () => Math.min(stdout.columns, WIDEST_HELP),
      getErrHelpWidth: () => Math.min(stderr.columns, WIDEST_HELP),
    })
    .configureHelp(HELP)
    .helpCommand(false)
    .helpOption('-h, --help', 'show this help');
}

const WIDEST_HELP = 110;

const bold = (text: string): string => `\u001B[1m${text}\u001B[22m`;
const cyan = (text: string): string => `\u001B[36m${text}\u001B[39m`;

const HELP: Partial<Help> = {
  styleTitle: bold,
  styleCommandText: cyan,
  styleSubcommandText: cyan,
  styleOptionText: cyan,
  styleArgumentText: cyan,
  subcommandTerm: (command) => command.name(),
  commandUsage: (command) => `${pathOf(command)} ${optionsLast(command.usage())}`,
  formatHelp,
};

/** The names of a command and those above it. */
function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
}

function optionsLast(usage: string): string {
  return usage.replace(/^\[options\] (.+)$/, '$1 [options]');
}

/** As commander does it, but with what one looks for first in the first place: commands, arguments, then options. */
function formatHelp(command: Command, help: Help): string {
  const width = help.padWidth(command, help);
  const item = (term: string, description: string): string => help.formatItem(term, width, description, help);
  const arguments_ = help
    .visibleArguments(command)
    .map((argument) =>
      item(help.styleArgumentTerm(help.argumentTerm(argument)), help.argumentDescription(argument)),
    );
  const commands = help.groupItems(
    [...command.commands],
    help.visibleCommands(command),
    (one) => one.helpGroup() || 'Commands:',
  );
  const options = help.groupItems(
    [...command.options],
    help.visibleOptions(command),
    (one) => one.helpGroupHeading ?? 'Options:',
  );
  const description = help.boxWrap(
    help.styleCommandDescription(help.commandDescription(command)),
    help.helpWidth ?? WIDEST_HELP,
  );
  return [
    `${help.styleTitle('Usage:')} ${help.styleUsage(help.commandUsage(command))}`,
    '',
    description,
    '',
    ...help.formatItemList('Arguments:', arguments_, help),
    ...[...commands].flatMap(([group, members]) =>
      help.formatItemList(
        group,
        members.map((one) =>
          item(help.styleSubcommandTerm(help.subcommandTerm(one)), help.subcommandDescription(one)),
        ),
        help,
      ),
    ),
    ...[...options].flatMap(([group, members]) =>
      help.formatItemList(
        group,
        members.map((one) => item(help.styleOptionTerm(help.optionTerm(one)), help.optionDescription(one))),
        help,
      ),
    ),
  ].join('\n');
}

/** How a command line that commander has refused is told: as a failure, or, if help has said it all, by the exit code. */
export function refusalOf(error: CommanderError, program: string): CliFailure | ExitCode {
  if (error.exitCode === 0) return EXIT.ok;
  if (error.code === 'commander.help') return EXIT.usage;
  const message = error.message
    .replace(/^error: /, '')
    .replace(/\.?\n\(Did you mean (.*)\?\)$/, "; did you mean '$1'?")
    .replace(
      /^option '(.*?)(?: [<[].*)?' argument '(.*)' is invalid\. (.*?)\.?$/s,
      "expected $1 to be $3, got '$2'",
    )
    .replace(
      /^command-argument value '(.*)' is invalid for argument '(.*)'\. (.*?)\.?$/s,
      "expected <$2> to be $3, got '$1'",
    )
    .replace('Allowed choices are ', 'one of ');
  const more = message.includes('did you mean') ? '' : `; see \`${program} --help\``;
  return new CliFailure(EXIT.usage, `${message}${more}`, { cause: error });
}

/** Tells whether commander threw it. */
export function isRefusal(error: unknown): error is CommanderError {
  return error instanceof CommanderError;
}

/** Reads an option's value as an integer of at least `least`. */
export function integerOption(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && Number.isInteger(value) && value >= least) return value;
    throw new InvalidArgumentError(`an integer of at least ${least}.`);
  };
}

/** Reads an option's value as a number of at least `least`. */
export function numberOption(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && Number.isFinite(value) && value >= least) return value;
    throw new InvalidArgumentError(`a number of at least ${least}.`);
  };
}

/** Reads an option's value as a duration: seconds, as huey's flags have it, or text with a unit. Returns milliseconds. */
export function durationOption(text: string): number {
  const bare = Number(text);
  try {
    return durationMs('duration', text.trim() !== '' && Number.isFinite(bare) ? bare : text);
  } catch (error) {
    if (!isHueyError(error)) throw error;
    throw new InvalidArgumentError("seconds, or text such as '500ms', '10s' or '1h30m'.");
  }
}
