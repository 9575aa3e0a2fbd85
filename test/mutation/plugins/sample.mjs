import { createHash } from 'node:crypto';

/**
 * Keeps the mutants of one declaration in N, where N comes from the environment, and leaves out those of the
 * others. The name of a declaration decides, so that a change of other lines keeps the sample as it is.
 */
const SAMPLE_VARIABLE = 'MUTATION_SAMPLE';

function declarationOf(node) {
  return /^Export(Named|Default)Declaration$/.test(node.type) ? (node.declaration ?? node) : node;
}

function nameOf(node) {
  const declaration = declarationOf(node);
  const id = declaration.id ?? declaration.declarations?.[0]?.id;
  return id?.name ?? declaration.type;
}

function isSampled(name, one_in) {
  return createHash('sha256').update(name).digest().readUInt32BE(0) % one_in === 0;
}

export const strykerPlugins = [
  {
    kind: 'Ignore',
    name: 'sample',
    value: {
      shouldIgnore: ({ node, parent }) => {
        const one_in = Number(process.env[SAMPLE_VARIABLE] ?? 1);
        if (parent?.type !== 'Program' || isSampled(nameOf(node), one_in)) return undefined;
        return 'not in the sample';
      },
    },
  },
];
