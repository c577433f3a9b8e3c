/** The part of ESLint's rule interface that these rules use. https://eslint.org/docs/latest/extend/custom-rules */
interface Node {
  readonly type: string;
  readonly loc: { readonly start: { readonly line: number } };
  readonly [key: string]: unknown;
}

interface Context {
  readonly sourceCode: { readonly lines: readonly string[] };
  report(problem: { readonly node: Node; readonly message: string }): void;
}

type Visitor = Readonly<Record<string, (node: never) => void>>;

interface MemberExpression extends Node {
  readonly computed: boolean;
  readonly object: Node & { readonly name?: string };
  readonly property: Node & { readonly name?: string };
}

interface Call extends Node {
  readonly callee: Node & { readonly name?: string };
  readonly arguments: readonly Node[];
}

interface Assertion extends Node {
  readonly typeAnnotation: Node & { readonly typeName?: { readonly name?: string } };
}

const ambient: Readonly<Record<string, string>> = {
  'Date.now': 'Take the time from the Clock port.',
  'performance.now': 'Take the time from the Clock port.',
  'Math.random': 'Take randomness as a dependency.',
};

function noAmbientTime(context: Context): Visitor {
  return {
    MemberExpression(node: MemberExpression) {
      if (node.computed) return;
      const message = ambient[`${node.object.name}.${node.property.name}`];
      if (message) context.report({ node, message });
    },
    NewExpression(node: Call) {
      if (node.callee.name === 'Date' && node.arguments.length === 0)
        context.report({ node, message: 'Take the time from the Clock port.' });
    },
    CallExpression(node: Call) {
      if (node.callee.name === 'Date')
        context.report({ node, message: 'Take the time from the Clock port.' });
    },
  };
}

function noExportAll(context: Context): Visitor {
  return {
    ExportAllDeclaration(node: Node) {
      context.report({ node, message: 'An index is a contract: name each export.' });
    },
  };
}

const isComment = (line: string | undefined): boolean => /\/\/|\*\//.test(line ?? '');

/** `as` says that the author knows more than the compiler, so the line or the one above says why. */
function explainedAssertion(context: Context): Visitor {
  return {
    TSAsExpression(node: Assertion) {
      if (node.typeAnnotation.typeName?.name === 'const') return;
      const { lines } = context.sourceCode;
      const at = node.loc.start.line - 1;
      const explained = isComment(lines[at]) || isComment(lines[at - 1]);
      if (!explained)
        context.report({ node, message: 'Say in a comment why this assertion holds, or guard.' });
    },
  };
}

export default {
  meta: { name: 'cuttle' },
  rules: {
    'no-ambient-time': { create: noAmbientTime },
    'no-export-all': { create: noExportAll },
    'explained-assertion': { create: explainedAssertion },
  },
};
