import { dollarText } from '@cuttle/core-types';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { DialogHead } from '../app/dialog-head.tsx';
import { costText } from './cost-text.ts';
import { type DayBar, toDayBars } from './day-bars.ts';
import { shownDays, type UsageReport, type UsageView } from './usage-view.ts';

/** What models cost: by day as bars, by model as a table, and the budgets of today. */
export function UsageDialog({ view }: { readonly view: UsageView }): JSX.Element | null {
  if (!view.isOpen.value) return null;
  return <OpenDialog view={view} />;
}

function OpenDialog({ view }: { readonly view: UsageView }): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const report = view.report.value;
  return (
    <dialog ref={dialog} class="usage" aria-labelledby="usage-title" onClose={view.close}>
      <DialogHead id="usage-title" title={`Usage of the last ${shownDays} days`} dialog={dialog} />
      {report ? <Report report={report} /> : <p role="status">Reading …</p>}
    </dialog>
  );
}

function Report({ report }: { readonly report: UsageReport }): JSX.Element {
  const { byDay, byModel, budgets } = report;
  return (
    <>
      <p class="usage-sum">
        <strong>{costText(byDay)}</strong> for {byDay.calls} model calls
      </p>
      <CutCalls report={byDay} />
      <DayPlot bars={toDayBars(byDay.since, shownDays, byDay.rows)} />
      {budgets.map((budget) => (
        <Budget key={budget.scope} budget={budget} />
      ))}
      {byModel.rows.length > 0 && <ModelTable rows={byModel.rows} />}
    </>
  );
}

/** What was billed without an answer, and how sure that is. */
function CutCalls({
  report: { cutCalls, estimatedCalls },
}: {
  readonly report: UsageReport['byDay'];
}): JSX.Element | null {
  if (cutCalls === 0) return null;
  const estimated = estimatedCalls > 0 && `, ${estimatedCalls} of them by estimate`;
  return (
    <p class="usage-cut">
      {cutCalls} of them were cut or given up before their answer was whole{estimated}
    </p>
  );
}

const [plotWidth, plotHeight, gap] = [600, 120, 4];

/** A picture of the table below it, which says the same to who does not see it. */
function DayPlot({ bars }: { readonly bars: readonly DayBar[] }): JSX.Element {
  const width = plotWidth / bars.length;
  const what = bars.some(({ costMicros }) => costMicros > 0) ? 'Cost' : 'Calls';
  const [first, last] = [bars[0]?.day, bars.at(-1)?.day];
  return (
    <figure class="usage-plot">
      <svg viewBox={`0 0 ${plotWidth} ${plotHeight}`} aria-hidden="true">
        {bars.map(({ day, part }, at) => {
          const height = part === 0 ? 1 : Math.max(3, part * plotHeight);
          return (
            <rect
              key={day}
              x={at * width + gap / 2}
              y={plotHeight - height}
              width={width - gap}
              height={height}
              rx={2}
            />
          );
        })}
      </svg>
      <figcaption>
        <span>{first}</span>
        <span>{what} by day</span>
        <span>{last} (UTC)</span>
      </figcaption>
      <details>
        <summary>Days as a table</summary>
        <table>
          <thead>
            <tr>
              <th scope="col">Day</th>
              <th scope="col">Calls</th>
              <th scope="col">Cost</th>
            </tr>
          </thead>
          <tbody>
            {bars
              .filter(({ calls }) => calls > 0)
              .map((bar) => (
                <tr key={bar.day}>
                  <th scope="row">{bar.day}</th>
                  <td>{bar.calls}</td>
                  <td>{costText(bar)}</td>
                </tr>
              ))}
          </tbody>
        </table>
      </details>
    </figure>
  );
}

function Budget({
  budget: { scope, limitMicros, spentMicros, reservedMicros, downgradeTo },
}: {
  readonly budget: UsageReport['budgets'][number];
}): JSX.Element {
  const label =
    scope === 'gateway' ? 'Budget of the gateway' : `Budget of ${scope.replace(':', ' ')}`;
  const beyond = downgradeTo === undefined ? 'then runs end' : `then ${downgradeTo}`;
  return (
    <p class="usage-budget">
      <label>
        {label} today: {dollarText(spentMicros)} of {dollarText(limitMicros)}, {beyond}
        <meter min={0} max={Math.max(1, limitMicros)} value={spentMicros + reservedMicros} />
      </label>
    </p>
  );
}

function ModelTable({ rows }: { readonly rows: UsageReport['byModel']['rows'] }): JSX.Element {
  return (
    <div class="usage-table table-scroll" tabIndex={0} role="group" aria-label="By model">
      <table>
        <caption>By model, the dearest first</caption>
        <thead>
          <tr>
            <th scope="col">Model</th>
            <th scope="col">Cost</th>
            <th scope="col">Calls</th>
            <th scope="col">Input</th>
            <th scope="col">Output</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.key}>
              <th scope="row">{row.key}</th>
              <td>{costText(row)}</td>
              <td>{row.calls}</td>
              <td>{row.usage.inputTokens}</td>
              <td>{row.usage.outputTokens}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
