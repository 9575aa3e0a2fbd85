/**
 * Constant that is defined only in the bundle of the npm package. The package contains neither the
 * embedded cloud nor the npm scripts, and therefore users of the package get different advice.
 */
declare const AURASTREAM_PACKAGE: true | undefined;

const CREDENTIALS = 'set AWS credentials and a region';

/** Advice for users if neither AWS nor an embedded cloud answers. */
export const START_CLOUD =
  typeof AURASTREAM_PACKAGE === 'undefined'
    ? `Start the embedded cloud with \`npm start\` in another terminal, or ${CREDENTIALS}.`
    : `Run this where an embedded cloud runs, or ${CREDENTIALS}.`;

/** Advice for users if the cloud has no stack with the requested name. */
export const DEPLOY_STACK =
  typeof AURASTREAM_PACKAGE === 'undefined'
    ? 'Deploy it with `npm run deploy`, start the embedded cloud with `npm start`, or name another with --stack.'
    : 'Check the account and the region, or name another stack with --stack.';
