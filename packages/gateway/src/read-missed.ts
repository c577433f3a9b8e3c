/** Rows with a number that rises, and what of them was kept from a reader meanwhile. */
export interface Missing<Row extends { readonly seq: number }> {
  /** The highest number of what was kept back so far. */
  missed(): number;
  read(after: number): Promise<readonly Row[]>;
  tell(rows: readonly Row[]): Promise<void>;
  /** Called in the very turn in which nothing more was missed, with the last number and how many rows there were. */
  end(told: { readonly last: number; readonly told: number }): void;
}

/** Reads and tells what follows `after` until nothing was kept back behind it. */
export async function readMissed<Row extends { readonly seq: number }>(
  after: number,
  { missed, read, tell, end }: Missing<Row>,
): Promise<void> {
  let last = after;
  let told = 0;
  do {
    // What is kept back while the rows are read may not be among them. What was before and is not there has no row any more.
    const known = missed();
    const rows = await read(last);
    await tell(rows);
    last = rows.at(-1)?.seq ?? Math.max(last, known);
    told += rows.length;
  } while (missed() > last);
  end({ last, told });
}
