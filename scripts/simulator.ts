import { Command } from 'commander';
/** `mallm-gan simulator --port P` */
export function simulatorCommand(): Command {
  return new Command('simulator').description('The simulated model as a server.');
}
