import { Command } from 'commander';
import { several, whole } from './options.js';
import { openTerminal, runCommand } from './terminal.js';

/** `mallm-gan codec-server --port P` */
export function codecServerCommand(): Command {
  return new Command('codec-server')
    .description(
      'Decrypt payloads for Temporal’s web UI and command line, with the keys of MALLM_CODEC_KEYS and of the embedded server.',
    )
    .option('--port <p>', 'port to listen on', whole, 8234)
    .option('--host <address>', 'address to listen on; other than loopback needs MALLM_CODEC_SERVER_TOKEN', '127.0.0.1')
    .option('--origin <url>', 'web page that may ask, several times; the web UI on this machine by default', several)
    .addHelpText(
      'after',
      '\nExamples:\n  $ mallm-gan codec-server\n  $ MALLM_CODEC_KEYS_FILE=keys mallm-gan codec-server\n  $ mallm-gan codec-server --host 0.0.0.0 --origin https://temporal.example.org',
    )
    .action(({ port, host, origin }: { port: number; host: string; origin?: string[] }) =>
      runCommand(async (signal) => {
        const { runCodecServer } = await import('../client/cluster/codec-server.js');
        const { notice } = openTerminal({});
        await runCodecServer({ port, host, ...(origin ? { origins: origin } : {}), signal, onNotice: notice });
      }),
    );
}
