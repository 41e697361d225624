// Removes build output, so that a renamed module never leaves its old file in the package.
import { rmSync } from 'node:fs';

for (const folder of process.argv.slice(2)) rmSync(folder, { recursive: true, force: true });
