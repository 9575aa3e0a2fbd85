/** Messages of refusals that both API Gateway and the functions behind it write. */
export const NO_CALLER = 'Send your API key in the header X-API-Key';
export const NO_VALID_CALLER = 'This API key is not valid';
