/** The simulated model: an HTTP server that speaks the OpenAI chat-completions protocol. */
export { parseSimulatorOptions } from './options.js';
export type { SimulatorOptions } from './options.js';
export { startSimulator } from './server.js';
export type { Simulator } from './server.js';
