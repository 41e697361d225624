#!/usr/bin/env node
// The program `huey`.
import { start } from './start.js';

await start([]);
