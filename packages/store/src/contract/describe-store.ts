import { afterEach, beforeEach, describe } from 'vitest';
import { describeAccess } from './access.ts';
import { describeAborts } from './aborts.ts';
import { describeAccept } from './accept.ts';
import { describeApprovals } from './approvals.ts';
import { describeBudgets } from './budgets.ts';
import { describeBlobs } from './blobs.ts';
import { describeCalls } from './calls.ts';
import { describeCheckpoints } from './checkpoints.ts';
import { describeChoices } from './choices.ts';
import { describeCommands } from './commands.ts';
import { describeCompactions } from './compactions.ts';
import { describeCuts } from './cuts.ts';
import { describeDelivery } from './delivery.ts';
import { describeDirectory } from './directory.ts';
import { describeEnds } from './ends.ts';
import { describeImports } from './imports.ts';
import { describeInterrupts } from './interrupts.ts';
import { describeMarks } from './marks.ts';
import { describeFetchedMedia, describeMedia } from './media.ts';
import { describeMemory } from './memory.ts';
import { describePairing } from './pairing.ts';
import { describePins } from './pins.ts';
import { describeQueue } from './queue.ts';
import { describePrivacy } from './privacy.ts';
import { describePersons } from './persons.ts';
import { describeReading } from './reading.ts';
import { describeRecovery } from './recovery.ts';
import { describeRetention } from './retention.ts';
import { describeSearch } from './search.ts';
import { describeSchedules } from './schedules.ts';
import { describeSessions } from './sessions.ts';
import { describeSteps } from './steps.ts';
import { describeSubagentStops } from './subagent-stops.ts';
import { describeSubagents } from './subagents.ts';
import { describeTransactions } from './transactions.ts';
import { describeUsage } from './usage.ts';
import { describeUpkeep } from './upkeep.ts';
import { describeValues } from './values.ts';
import { describeWorkers } from './workers.ts';
import { createWorld, type OpenStore, type World } from './world.ts';

const parts = [
  ['accept', describeAccept],
  ['queue', describeQueue],
  ['steps', describeSteps],
  ['budgets', describeBudgets],
  ['calls', describeCalls],
  ['cuts', describeCuts],
  ['compactions', describeCompactions],
  ['ends', describeEnds],
  ['aborts', describeAborts],
  ['marks', describeMarks],
  ['interrupts', describeInterrupts],
  ['commands', describeCommands],
  ['choices', describeChoices],
  ['approvals', describeApprovals],
  ['delivery', describeDelivery],
  ['retention', describeRetention],
  ['search', describeSearch],
  ['schedules', describeSchedules],
  ['subagents', describeSubagents],
  ['stops of subagents', describeSubagentStops],
  ['workers outside', describeWorkers],
  ['access', describeAccess],
  ['checkpoints', describeCheckpoints],
  ['sessions', describeSessions],
  ['imports', describeImports],
  ['persons', describePersons],
  ['privacy', describePrivacy],
  ['reading', describeReading],
  ['pairing', describePairing],
  ['directory', describeDirectory],
  ['pins', describePins],
  ['values', describeValues],
  ['usage', describeUsage],
  ['media', describeMedia],
  ['fetched media', describeFetchedMedia],
  ['memory', describeMemory],
  ['upkeep', describeUpkeep],
  ['transactions', describeTransactions],
  ['recovery', describeRecovery],
  ['blobs', describeBlobs],
] as const;

/** What every store keeps: each sentence of the ports, on an open store of its own. */
export function describeStore(name: string, open: OpenStore): void {
  describe(`store ${name}`, () => {
    let world: World;
    beforeEach(async () => {
      world = await createWorld(open);
    });
    afterEach(() => world.close());
    describe.each(parts)('%s', (_part, describePart) => {
      describePart(() => world);
    });
  });
}
