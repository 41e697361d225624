#!/usr/bin/env node
// The program `huey` with all its commands: those of the queue, which know nothing of the simulator, and `huey sim`.
import { start } from '../../src/cli/start.js';
import { SIM_ROW } from './sim-row.js';

await start([], [SIM_ROW]);
