/**
 * The path prefix of the control routes. Control routes belong to no AWS service, so requests to
 * control routes are not signed.
 *
 * @example
 * const meter = await (await fetch(`${cloud.endpoint}${CONTROL_PREFIX}meter`)).json();
 */
export const CONTROL_PREFIX = '/_cloud/';
