#!/usr/bin/env node
// The program `huey-consumer`, by the name of the original's: `huey consumer` in one word.
import { start } from './start.js';

await start(['consumer']);
