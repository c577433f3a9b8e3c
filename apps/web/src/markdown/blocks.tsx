import type { Token, Tokens } from 'marked';
import type { ComponentChild } from 'preact';
import { CodeBlock } from './code-block.tsx';
import { asMarked, renderInline } from './inline.tsx';

export function renderBlocks(tokens: readonly Token[]): ComponentChild[] {
  return tokens.map((token, index) => renderBlock(token, index));
}

/** A block → elements. `dir="auto"` lets each block run in the direction of its own script. */
export function renderBlock(written: Token, key: number): ComponentChild {
  const token = asMarked(written);
  switch (token.type) {
    case 'paragraph':
      return (
        <p key={key} dir="auto">
          {renderInline(token.tokens)}
        </p>
      );
    case 'text':
      // The line of a tight list.
      return <span key={key}>{renderInline([token])}</span>;
    case 'heading':
      return renderHeading(token, key);
    case 'code':
      return <CodeBlock key={key} text={token.text} lang={token.lang ?? ''} />;
    case 'html':
      return <CodeBlock key={key} text={token.text.replace(/\n+$/, '')} lang="html" />;
    case 'blockquote':
      return (
        <blockquote key={key} dir="auto">
          {renderBlocks(token.tokens)}
        </blockquote>
      );
    case 'list':
      return renderList(token, key);
    case 'table':
      return renderTable(token, key);
    case 'hr':
      return <hr key={key} />;
    case 'space':
    case 'def':
      return null;
    case 'br':
    case 'checkbox':
    case 'codespan':
    case 'del':
    case 'em':
    case 'escape':
    case 'image':
    case 'link':
    case 'list_item':
    case 'strong':
      return renderInline([token]);
  }
}

const headingTags = ['h3', 'h3', 'h4', 'h4', 'h5', 'h6'] as const;

// The page's own headings are h1 and h2, so those of an answer begin below them.
function renderHeading(token: Tokens.Heading, key: number): ComponentChild {
  const Tag = headingTags[token.depth - 1] ?? 'h6';
  return (
    <Tag key={key} dir="auto" class={`heading-${token.depth}`}>
      {renderInline(token.tokens)}
    </Tag>
  );
}

function renderList(token: Tokens.List, key: number): ComponentChild {
  const items = token.items.map((item, index) => (
    <li key={index} class={item.task ? 'task-item' : undefined}>
      {renderBlocks(item.tokens)}
    </li>
  ));
  if (!token.ordered)
    return (
      <ul key={key} dir="auto">
        {items}
      </ul>
    );
  const start = token.start === '' ? undefined : token.start;
  return (
    <ol key={key} start={start} dir="auto">
      {items}
    </ol>
  );
}

function renderTable(token: Tokens.Table, key: number): ComponentChild {
  return (
    // A wide table scrolls within itself; it can be reached and scrolled with the keyboard.
    <div key={key} class="table-scroll" tabIndex={0} role="group" aria-label="Table">
      <table>
        <thead>
          <tr>{token.header.map((cell, index) => renderCell(cell, index))}</tr>
        </thead>
        <tbody>
          {token.rows.map((row, index) => (
            <tr key={index}>{row.map((cell, column) => renderCell(cell, column))}</tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function renderCell(cell: Tokens.TableCell, key: number): ComponentChild {
  const Tag = cell.header ? 'th' : 'td';
  return (
    <Tag
      key={key}
      dir="auto"
      class={cell.align ? `align-${cell.align}` : undefined}
      scope={cell.header ? 'col' : undefined}
    >
      {renderInline(cell.tokens)}
    </Tag>
  );
}
