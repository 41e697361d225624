// What users install: the packed tarball, in an empty project, with plain Node and with a strict compiler. Runs real
// processes, in folders of its own; nothing is written into the tree and nothing is fetched.
import { execFile } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { complaints, createProgram } from '../compiler.js';
import { ROOT } from '../files.js';

const run = promisify(execFile);

const APP = `
import { crontab, MemoryHuey, type Result } from 'huey-ts';
import * as testing from 'huey-ts/testing';
import * as sim from 'huey-ts/sim';

const huey = new MemoryHuey({ name: 'app', immediate: true });
const add = huey.task('add', async (a: number, b: number) => a + b);
huey.periodicTask('nightly', crontab({ minute: '0', hour: '3' }), async () => {});
// @ts-expect-error: the types of the arguments reach the caller.
const refused = (): unknown => add('1', 2);

const result: Result<number> = await add(1, 2);
console.log(await result.get(), typeof refused, Object.keys(testing).length > 0, typeof sim.Simulation);
`;

const STRICT: ts.CompilerOptions = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  verbatimModuleSyntax: true,
  target: ts.ScriptTarget.ES2022,
  types: ['node'],
  noEmit: true,
};

describe('the tarball', () => {
  const workshop = mkdtempSync(join(tmpdir(), 'huey-ts-package-'));
  const app = join(workshop, 'app');
  const installed = join(app, 'node_modules', 'huey-ts');
  afterAll(() => rmSync(workshop, { recursive: true, force: true }));

  beforeAll(async () => {
    const tarball = await pack(join(workshop, 'copy'), workshop);
    mkdirSync(installed, { recursive: true });
    await run('tar', ['-xzf', tarball, '-C', installed, '--strip-components=1']);
    linkDependencies(installed, join(app, 'node_modules'));
    writeFileSync(join(app, 'package.json'), JSON.stringify({ type: 'module' }));
    writeFileSync(join(app, 'app.ts'), APP);
  }, 120_000);

  it('holds the build, the documentation and nothing else', () => {
    const files = filesBelow(installed);
    const expected =
      /^(dist\/(src|sim)\/.+\.(js|d\.ts)|docs\/.+|(package\.json|README\.md|CHANGELOG\.md|LICENSE))$/;
    expect(files.filter((file) => !expected.test(file))).toEqual([]);
    const wanted = [
      'package.json',
      'README.md',
      'CHANGELOG.md',
      'LICENSE',
      'dist/src/index.js',
      'dist/src/index.d.ts',
    ];
    expect(files).toEqual(expect.arrayContaining(wanted));
  });

  it('leaves publint nothing to say', async () => {
    const { messages, pkg } = await publint({ pkgDir: installed, pack: false, strict: true });
    expect(messages.map((message) => formatMessage(message, pkg, { color: false }))).toEqual([]);
  });

  it('runs a task under plain node', async () => {
    const options = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 };
    writeFileSync(join(app, 'app.js'), ts.transpileModule(APP, { compilerOptions: options }).outputText);
    const { stdout } = await run(process.execPath, ['app.js'], {
      cwd: app,
      env: { PATH: process.env['PATH'] },
    });
    expect(stdout).toBe('3 function true function\n');
  });

  it('has the programs huey and huey-consumer', async () => {
    const { bin } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as {
      bin: Record<string, string>;
    };
    expect(Object.keys(bin)).toEqual(['huey', 'huey-consumer']);
    const call = async (name: string, ...args: readonly string[]) =>
      run(process.execPath, [join(installed, bin[name]!), ...args], { cwd: app }).then(
        ({ stdout }) => stdout,
        ({ stderr }: { stderr: string }) => stderr,
      );
    for (const path of Object.values(bin))
      expect(readFileSync(join(installed, path), 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
    expect(await call('huey', 'crontab', 'next', '@daily', '--count', '1')).toMatch(/^UTC .*\n\d{4}-/);
    expect(await call('huey-consumer', '--help')).toMatch(/^Usage: huey consumer <app> \[options\]\n/);
    expect(await call('huey-consumer', './nowhere.js:huey')).toMatch(
      /^huey: cannot find \.\/nowhere\.js:huey: /,
    );
  });

  it.each<[string, ts.CompilerOptions]>([
    ['NodeNext', { module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext }],
    ['Bundler', { module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler }],
  ])('compiles in a strict project that resolves modules as %s', (_, resolution) => {
    const program = createProgram([join(app, 'app.ts')], { ...STRICT, ...resolution });
    const declarations = filesBelow(installed).filter((file) => file.endsWith('.d.ts'));
    const files = [join(app, 'app.ts'), ...declarations.map((file) => join(installed, file))];
    const used = files.filter((file) => program.getSourceFile(file) !== undefined);
    expect(used).toContain(join(installed, 'dist/src/index.d.ts'));
    expect(complaints(program, used).join('\n')).toBe('');
  });
});

/** Packs a copy of the project, as publishing would: npm builds it first. Returns the tarball's path. */
async function pack(copy: string, destination: string): Promise<string> {
  const left = new Set(['node_modules', '.git', 'dist', 'coverage']);
  mkdirSync(copy);
  for (const name of readdirSync(ROOT))
    if (!left.has(name)) cpSync(join(ROOT, name), join(copy, name), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  // What an npm around this test would pass down is about the project, not about its copy.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)));
  const args = ['pack', '--silent', '--offline', '--pack-destination', destination];
  await run('npm', args, { cwd: copy, env: { ...env, npm_config_update_notifier: 'false' } }).catch(
    ({ stdout, stderr }: { stdout: string; stderr: string }) => {
      throw new Error(`npm pack failed:\n${stdout}${stderr}`);
    },
  );
  const [tarball] = readdirSync(destination).filter((name) => name.endsWith('.tgz'));
  return join(destination, tarball!);
}

/** Stands in for the installation of the dependencies that the package declares, and of no others. */
function linkDependencies(installed: string, modules: string): void {
  const { dependencies } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  for (const name of Object.keys(dependencies)) {
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules', name), join(modules, name));
  }
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
}
