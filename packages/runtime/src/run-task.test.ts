import type { Principal } from '@cuttle/core-types';
import { describe, expect, it } from 'vitest';
import { taskOf } from './run-task.ts';

const owner: Principal = { id: 'owner', kind: 'owner', scopes: [] };
const reader: Principal = { id: 'x', kind: 'client', scopes: ['operator.read'] };

describe('taskOf', () => {
  it('takes what stands behind the command as wishes, word by word', () => {
    expect(taskOf('/compact', owner)).toEqual({ kind: 'compact' });
    expect(taskOf('/compact@bot keep  the   numbers\nand names', owner)).toEqual({
      kind: 'compact',
      instructions: 'keep  the   numbers\nand names',
    });
    expect(taskOf(`/compact ${'x'.repeat(9_000)}`, owner)?.instructions).toHaveLength(2_000);
  });

  it('leaves other commands, and those of people who may not give it, to the door', () => {
    expect(taskOf('/stop', owner)).toBeUndefined();
    expect(taskOf('compact this', owner)).toBeUndefined();
    expect(taskOf('/compact', reader)).toBeUndefined();
  });
});
