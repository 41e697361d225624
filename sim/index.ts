// The public names of huey-ts/sim.
export {
  Simulation,
  type SimulationEvent,
  type SimulationOptions,
  type UntilIdleOptions,
} from './simulation.js';
export { SimulationError } from './simulation-error.js';
