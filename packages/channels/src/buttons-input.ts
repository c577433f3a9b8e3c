import { sayToken } from '@cuttle/core-types';
import type { Answer } from '@cuttle/core-types/ports';
import { z } from 'zod';

/** Buttons as a model asks for them. Pressed, one says its data in the name of whoever pressed it. */
export const ButtonRows = z
  .array(
    z
      .array(
        z.strictObject({
          label: z.string().trim().min(1).max(60).describe('What stands on it.'),
          data: z
            .string()
            .trim()
            .min(1)
            .max(56)
            .optional()
            .describe('What is said when it is pressed; the label without it.'),
        }),
      )
      .min(1)
      .max(5),
  )
  .min(1)
  .max(5)
  .describe('Rows of buttons.');

export function toButtons(rows: z.output<typeof ButtonRows>): NonNullable<Answer['buttons']> {
  return rows.map((row) =>
    row.map(({ label, data = label }) => ({ label, token: sayToken(data) })),
  );
}
