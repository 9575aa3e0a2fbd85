/** Defined only in the npm package's bundle: the package has no embedded cloud and no scripts. */
declare const AURASTREAM_PACKAGE: true | undefined;

const CREDENTIALS = 'set AWS credentials and a region';

/** Advice for the case that no cloud answers. */
export const START_CLOUD =
  typeof AURASTREAM_PACKAGE === 'undefined'
    ? `Start the embedded cloud with \`npm start\` in another terminal, or ${CREDENTIALS}.`
    : `Run this where an embedded cloud runs, or ${CREDENTIALS}.`;

/** Advice for the case that the cloud has no stack of this name. */
export const DEPLOY_STACK =
  typeof AURASTREAM_PACKAGE === 'undefined'
    ? 'Deploy it with `npm run deploy`, start the embedded cloud with `npm start`, or name another with --stack.'
    : 'Check the account and the region, or name another stack with --stack.';
