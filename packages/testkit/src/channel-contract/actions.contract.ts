import { expect } from 'vitest';
import { z } from 'zod';
import type { Contract } from './contract.ts';
import { openSession, requestFor, soon } from './session.ts';

/** What the channel can do beyond sending words; a channel may have none. */
export function describeActions({ describe, it, ...contract }: Contract): void {
  describe('actions', () => {
    it('are declared in full, each once, and take nothing that they do not know', async () => {
      await using session = await openSession(contract);
      const { actions = [] } = session.channel;
      expect(new Set(actions.map(({ name }) => name)).size).toBe(actions.length);
      for (const { name, description, input, risk, kind, subject, takesFile } of actions) {
        expect(name).toMatch(/^[a-z]+(?:_[a-z]+)*$/);
        expect(description.length).toBeGreaterThan(20);
        expect(description.length).toBeLessThan(300);
        for (const [key, type] of Object.entries(input.shape)) {
          expect(['message', 'file']).not.toContain(key);
          expect(z.toJSONSchema(type, { io: 'input' }), `${name} ${key}`).toHaveProperty(
            'description',
          );
        }
        expect(input.safeParse({ unheardOf: 1 }).success).toBe(false);
        expect(subject === 'none' ? kind : 'send').toBe('send');
        expect(takesFile === true && risk !== 'send').toBe(false);
        if (kind === 'delete') expect(subject).toBe('own');
      }
    });

    it('that mark a message need one, and are refused without it and without a call', async () => {
      await using session = await openSession(contract);
      const { actions = [] } = session.channel;
      for (const { subject, input, render } of actions.filter((one) => one.subject === 'any')) {
        expect(subject).toBe('any');
        const sample = { emoji: '👍', name: 'A name' };
        const known = Object.entries(sample).filter(([key]) => key in input.shape);
        const part = render(input.parse(Object.fromEntries(known)), {});
        expect(part.act).toMatch(/\w/);
        const stored = JSON.parse(JSON.stringify(part));
        await expect(
          session.channel.send(requestFor(session, stored), soon()),
        ).rejects.toMatchObject({ code: 'channel.invalid' });
      }
      expect(session.platform.visibleCalls()).toBe(0);
    });
  });
}
