/**
 * Path prefix of the control routes. Control routes belong to no AWS service, and therefore clients
 * do not sign requests to control routes.
 *
 * @example
 * const meter = await (await fetch(`${cloud.endpoint}${CONTROL_PREFIX}meter`)).json();
 */
export const CONTROL_PREFIX = '/_cloud/';
