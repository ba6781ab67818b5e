import { Command } from 'commander';
import { printable, runCommand } from './terminal.js';

/** `mallm-gan simulator --port P` */
export function simulatorCommand(): Command {
  return new Command('simulator')
    .description('Serve the simulated model over the OpenAI protocol, well-behaved or not.')
    .option('--port <p>', 'port to listen on', '8089')
    .option('--host <address>', 'address to listen on')
    .option('--seed <n>', 'seed of the replies')
    .option('--fault-seed <n>', 'seed of the faults')
    .option('--latency-ms <ms>', 'time a reply takes')
    .option('--requests-per-minute <n>', 'refuse calls beyond with 429')
    .option('--tokens-per-minute <n>', 'refuse calls beyond with 429')
    .option('--retry-after <form>', 'how a refusal says when to come back: seconds, milliseconds, date or none')
    .option('--retry-after-ms <ms>', 'what a refusal by --rate429 says')
    .option('--rate429 <share>', 'share of calls refused')
    .option('--rate5xx <share>', 'share of calls failed')
    .option('--rate-hang <share>', 'share of calls left hanging')
    .option('--hang-ms <ms>', 'how long a hanging call is held')
    .option('--rate-dropped <share>', 'share of replies cut off on the wire')
    .option('--rate-broken <share>', 'share of replies that no rows can be read from')
    .option('--rate-content-filter <share>', 'share of replies stopped by a content filter')
    .option('--quota-after-calls <n>', 'calls after which the quota is spent')
    .option('--require-key <key>', 'key that callers must show')
    .option('--response-format <shape>', 'richest shape of reply: json_schema, json_object or text')
    .option('--log-file <file>', 'a JSON line for each call, without prompts')
    .addHelpText(
      'after',
      '\nExamples:\n  $ mallm-gan simulator --port 8089\n  $ mallm-gan simulator --rate429 0.3 --rate5xx 0.05 --latency-ms 300 --log-file calls.jsonl',
    )
    .action((options: Record<string, string>) =>
      runCommand(async (signal) => {
        const { runSimulator } = await import('../client/cluster/simulator.js');
        await runSimulator(options, { signal, onNotice: (line) => process.stderr.write(`${printable(line)}\n`) });
      }),
    );
}
