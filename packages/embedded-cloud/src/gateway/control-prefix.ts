/**
 * The path prefix of the control routes. They belong to no AWS service, so their requests are not signed.
 *
 * @example
 * const meter = await (await fetch(`${cloud.endpoint}${CONTROL_PREFIX}meter`)).json();
 */
export const CONTROL_PREFIX = '/_cloud/';
