/** The simulated model: an HTTP server that speaks the OpenAI chat-completions protocol. */
export { parseSimulatorOptions } from './options.js';
export type { SimulatorOptions, SimulatorSettings } from './options.js';
export { SIMULATOR_FINGERPRINT, SIMULATOR_MODEL } from './protocol.js';
export { startSimulator } from './server.js';
export type { Simulator } from './server.js';
export type { SimulatorStats } from './stats.js';
