/**
 * BatchDetectSentiment calls a second that an account starts with: AWS' default of 2022, which it has not said again
 * since. Documents of a call: https://docs.aws.amazon.com/comprehend/latest/APIReference/API_BatchDetectSentiment.html
 */
export const QUOTA_CALLS_PER_SECOND = 10;
export const DOCUMENTS_PER_CALL = 25;
