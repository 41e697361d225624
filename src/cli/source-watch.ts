// Watches the source files below folders. What others write all day, logs and databases, has no such endings; packages
// and hidden folders are left out.
import { type FSWatcher, readdirSync, statSync, watch } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../runtime.js';

const SOURCE = /\.[cm]?[jt]sx?$|^\.env/;
const LEFT_OUT = /^(\.|node_modules$)/;

/** An editor that saves writes several times; changes within this time are one. */
const SETTLE_MS = 100;

/** Calls back after source files have changed; returns how to stop that. */
export function watchSources(folders: readonly string[], clock: Clock, onChange: () => void): () => void {
  const watchers = new Map<string, FSWatcher>();
  let disarm: (() => void) | undefined;
  const settle = (): void => {
    disarm?.();
    disarm = clock.timer(SETTLE_MS, onChange);
  };
  const add = (folder: string): void => {
    if (watchers.has(folder)) return;
    try {
      follow(folder);
    } catch (error) {
      // It is gone again already, as a lock that is a folder may be.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      watchers.get(folder)?.close();
      watchers.delete(folder);
    }
  };
  const follow = (folder: string): void => {
    const watcher = watch(folder, (_, name) => {
      if (name === null || LEFT_OUT.test(name))
        return name?.startsWith('.env') === true ? settle() : undefined;
      if (SOURCE.test(name)) settle();
      else if (isFolder(join(folder, name))) add(join(folder, name));
    });
    // A folder that is removed takes its watcher with it.
    watcher.on('error', () => watchers.delete(folder));
    watchers.set(folder, watcher);
    for (const below of foldersIn(folder)) add(below);
  };
  for (const folder of folders) add(folder);
  return () => {
    disarm?.();
    for (const watcher of watchers.values()) watcher.close();
  };
}

function foldersIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !LEFT_OUT.test(entry.name))
    .map(({ name }) => join(folder, name));
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
