// The program: reads the command line, loads the command that it names, runs it, and tells a failure in one line.
import { VERSION } from '../version.js';
import { isRefusal, newCommand, refusalOf, type Command } from './command-line.js';
import { COMMANDS, type CommandRow } from './commands.js';
import { EXIT, failureOf, Told } from './failure.js';
import type { Host } from './host.js';

const EPILOGUE = `
An app is a file and the Huey that it exports: ./tasks.js:huey, ./tasks.ts:huey or tasks.huey.
\`huey <command> --help\` says more about a command. Most have --json for programs to read.`;

/** Runs one command; resolves to what the process is to exit with. It never rejects. */
export async function run(host: Host, commands: readonly CommandRow[] = COMMANDS): Promise<number> {
  const program = newProgram(host, commands);
  try {
    await program.parseAsync(argumentsOf(host), { from: 'user' });
    return EXIT.ok;
  } catch (error) {
    if (error instanceof Told) return error.exitCode;
    const failure = isRefusal(error) ? refusalOf(error, calledProgram(program, host)) : failureOf(error);
    if (typeof failure === 'number') return failure;
    const { hasColors } = host.stderr;
    host.stderr.write(`${hasColors ? '\u001B[31mhuey:\u001B[39m' : 'huey:'} ${failure.message}\n`);
    return failure.exitCode;
  }
}

function newProgram(host: Host, commands: readonly CommandRow[]): Command {
  const program = newCommand('huey', host)
    .usage('<command> [options]')
    .description('A task queue: runs the tasks of an app, and shows what became of them.')
    .addHelpText('after', EPILOGUE);
  const rows = new Map(commands.map((row) => [row.name, row]));
  for (const { name, summary, group } of commands)
    program.addCommand(newCommand(name, host).summary(summary).helpGroup(group));
  program.hook('preSubcommand', async (_, command) => {
    const row = rows.get(command.name());
    if (row === undefined) return;
    command.description(`${row.summary[0]!.toUpperCase()}${row.summary.slice(1)}.`);
    (await row.load()).configure(command, host);
  });
  return program.version(VERSION, '-V, --version', 'show the version');
}

/** `huey help pending` is what people try first. */
function argumentsOf({ args }: Host): readonly string[] {
  return args[0] === 'help' ? [...args.slice(1), '--help'] : args;
}

/** The command that was called, for "see `huey pending --help`". */
function calledProgram(program: Command, { args }: Host): string {
  const called = program.commands.find((command) => command.name() === args[0]);
  return called === undefined ? 'huey' : `huey ${called.name()}`;
}
