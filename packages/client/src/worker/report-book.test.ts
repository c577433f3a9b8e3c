import { describe, expect, it } from 'vitest';
import { openReportBook } from './report-book.ts';
import { createMemoryBuffer } from './worker-buffer.ts';

const lease = { taskId: 't1', fence: 'f1' };

describe('the book of reports', () => {
  it('is in the buffer before it is anywhere else, and the same in the next life', async () => {
    const buffer = createMemoryBuffer();
    const book = await openReportBook(buffer);
    await book.begin('k1');
    await book.hold(lease);
    await book.add({ text: 'one' });
    await book.add({ progress: 'half' });
    await book.add({ text: '', outcome: 'completed' });
    const again = await openReportBook(buffer);
    const { claim, open } = again;
    expect({ claim, lease: again.lease, open }).toEqual({
      claim: 'k1',
      lease,
      open: [
        { seq: 1, text: 'one' },
        { seq: 2, progress: 'half' },
        { seq: 3, text: '', outcome: 'completed' },
      ],
    });
  });

  it('numbers the reports of a new lease anew', async () => {
    const buffer = createMemoryBuffer();
    const book = await openReportBook(buffer);
    await book.begin('k1');
    await book.hold(lease);
    await book.add({ text: 'one' });
    await book.hold({ taskId: 't1', fence: 'f2' });
    await book.add({ text: 'anew' });
    expect((await openReportBook(buffer)).open).toEqual([{ seq: 1, text: 'anew' }]);
  });

  it('keeps the numbers and what is not acknowledged when the buffer is made short', async () => {
    const buffer = createMemoryBuffer();
    const book = await openReportBook(buffer);
    await book.begin('k1');
    await book.hold(lease);
    for (let n = 1; n <= 100; n += 1) await book.add({ text: `${n}` });
    for (let n = 1; n <= 98; n += 1) await book.acknowledge();
    expect((await buffer.read()).length).toBeLessThan(45);
    const again = await openReportBook(buffer);
    expect(again.open.slice(-2)).toEqual([
      { seq: 99, text: '99' },
      { seq: 100, text: '100' },
    ]);
    await again.add({ text: 'next' });
    expect(again.open.at(-1)).toEqual({ seq: 101, text: 'next' });
  });

  it('goes on with the numbers where all of it was acknowledged', async () => {
    const buffer = createMemoryBuffer();
    const book = await openReportBook(buffer);
    await book.begin('k1');
    await book.hold(lease);
    for (let n = 1; n <= 64; n += 1) await book.add({ text: `${n}` });
    for (let n = 1; n <= 64; n += 1) await book.acknowledge();
    expect(await buffer.read()).toHaveLength(2);
    const again = await openReportBook(buffer);
    await again.add({ text: 'next' });
    expect(again.open).toEqual([{ seq: 65, text: 'next' }]);
  });

  it('passes over lines that are none of its own, and is empty when it was cleared', async () => {
    const buffer = createMemoryBuffer();
    for (const line of ['', 'x', '[]', '{}', '{"report":{}}', '{"claim":"k1"}', '{"lease":7}'])
      await buffer.append(line);
    const book = await openReportBook(buffer);
    expect(book).toMatchObject({ claim: 'k1', lease: undefined, open: [] });
    await book.clear();
    expect(await buffer.read()).toEqual([]);
    expect(book).toMatchObject({ claim: undefined, lease: undefined, open: [] });
  });
});

it('passes over lines that are whole and not its own', async () => {
  const buffer = createMemoryBuffer();
  for (const line of [
    '{"claim":"c"}',
    '{"lease":{"taskId":"t","fence":"f","from":1}}',
    '{"lease":{"fence":"no number, no task"}}',
    '{"report":{"seq":"1"}}',
    '{"report":{"seq":1,"text":7,"outcome":"won","progress":"half"}}',
  ])
    await buffer.append(line);
  const book = await openReportBook(buffer);
  expect(book.lease).toEqual({ taskId: 't', fence: 'f' });
  expect(book.open).toEqual([{ seq: 1, progress: 'half' }]);
});
