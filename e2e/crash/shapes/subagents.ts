import { setTimeout as sleep } from 'node:timers/promises';
import { command, type Shape, tell } from './shape.ts';

/** Two sub-agents side by side, one of them with one of its own, then one that is waited for apart. */
export const subagents: Shape = {
  name: 'subagents',
  async say(batch, doors) {
    const id = `${batch.number}-subagents`;
    const inner = { task: '[[say=below]]', label: `${id}-below`, wait: true };
    const above = { task: `[[tool=agent_spawn ${JSON.stringify(inner)}]]`, label: `${id}-above` };
    const beside = { task: '[[tokens=10]] [[delay=10]]', label: `${id}-beside` };
    const spawns = [above, beside].map(
      (task) => `agent_spawn ${JSON.stringify({ ...task, wait: true })}`,
    );
    const apart = { task: '[[say=apart]]', label: `${id}-apart`, wait: true };
    const last = `[[tool=agent_spawn ${JSON.stringify(apart)}]]`;
    tell(batch, doors, { chat: 1018, id, words: `[[parallel=${spawns.join(',')}]] ${last} go` });
  },
};

/** A stop that reaches two levels below. */
export const subagentsStop: Shape = {
  name: 'subagents-stop',
  async say(batch, doors, signal) {
    const chat = 1017;
    const id = `${batch.number}-subagentsstop`;
    const slow = { task: '[[tokens=40]] [[delay=15]]', label: `${id}-below`, wait: true };
    const above = { task: `[[tool=agent_spawn ${JSON.stringify(slow)}]]`, label: id, wait: true };
    const start = `[[tool=agent_spawn ${JSON.stringify(above)}]] go`;
    tell(batch, doors, { chat, id: `${id}-0`, words: start, expects: 'cut-short' });
    await sleep(250, undefined, { signal });
    command(batch, doors, { chat, text: '/stop', reply: /^(Stopped|Nothing was running)\./ });
    tell(batch, doors, { chat, id: `${id}-1`, words: 'go on' });
  },
};
