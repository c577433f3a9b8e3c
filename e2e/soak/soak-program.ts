import { parseArgs } from 'node:util';
import { runSoak } from './run-soak.ts';
import { isSoakPlatform, soakPlatformNames } from './soak-world.ts';

// One soak as a program, for the benchmarks: prints its tally as one line of JSON.
const { values } = parseArgs({
  options: {
    channel: { type: 'string', default: 'telegram' },
    messages: { type: 'string', default: '10000' },
    conversations: { type: 'string', default: '200' },
    kills: { type: 'string', default: '10' },
    seed: { type: 'string', default: '1' },
    looks: { type: 'string' },
    factor: { type: 'string', default: '10' },
  },
});
if (!isSoakPlatform(values.channel))
  throw new TypeError(
    `There is no soak on ${values.channel}. There are: ${soakPlatformNames.join(', ')}.`,
  );
const tally = await runSoak({
  channel: values.channel,
  messages: Number(values.messages),
  conversations: Number(values.conversations),
  kills: Number(values.kills),
  seed: Number(values.seed),
  factor: Number(values.factor),
  ...(values.looks !== undefined && { looks: Number(values.looks) }),
});
process.stdout.write(`${JSON.stringify(tally)}\n`);
process.exit(0);
