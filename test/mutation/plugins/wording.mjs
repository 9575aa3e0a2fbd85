/**
 * Leaves out mutants of the wording of errors, logs and descriptions. No promise depends on these
 * words. Strings with a meaning to programs stay: codes, names, keys, expressions of DynamoDB.
 */

const WORDED_KEYS = new Set(['description', 'message', 'summary', 'title']);
const WORDED_METHODS = new Set(['describe', 'meta', 'error', 'info', 'warn', 'log']);
const FUNCTION = /Function|Method/;

function nameOf(node) {
  if (node?.type === 'Identifier') return node.name;
  if (node?.type === 'StringLiteral') return node.value;
  return node?.type === 'MemberExpression' ? nameOf(node.property) : undefined;
}

/** Returns whether the text has at least two words, as no code, name or key has. */
function isWorded(node) {
  if (node.type === 'StringLiteral') return /\w \w/.test(node.value);
  if (node.type !== 'TemplateLiteral') return false;
  return node.quasis.some(({ value }) => /[a-z] |[a-z] [a-z]/i.test(value.raw));
}

/** Returns whether the node takes a string for people to read. */
function takesWording({ type, callee, key, id }) {
  if (type === 'NewExpression') return /Error$/.test(nameOf(callee) ?? '');
  if (type === 'CallExpression') return WORDED_METHODS.has(nameOf(callee));
  if (type === 'ObjectProperty') return WORDED_KEYS.has(nameOf(key));
  return type === 'VariableDeclarator' && WORDED_KEYS.has(nameOf(id));
}

function isWording(path) {
  if (!isWorded(path.node)) return false;
  let parent = path.parentPath;
  while (parent && !FUNCTION.test(parent.node.type)) {
    if (takesWording(parent.node)) return true;
    parent = parent.parentPath;
  }
  return false;
}

export const strykerPlugins = [
  {
    kind: 'Ignore',
    name: 'wording',
    value: {
      shouldIgnore: (path) => (isWording(path) ? 'wording of a message' : undefined),
    },
  },
];
