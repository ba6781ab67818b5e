import { startEmbeddedServer } from '../../workers/embedded/embedded-server.js';
import { cliOptions } from './temporal.js';

/** A process that holds the embedded server of a home until its standard input ends, and says what it got. */
const [home] = process.argv.slice(2);
const server = await startEmbeddedServer({
  ...cliOptions(),
  home: home!,
  ui: false,
  log: (line) => console.error(line),
});
console.log(server.address);
process.stdin.resume().once('end', () => void server.release().then(() => process.exit(0)));
