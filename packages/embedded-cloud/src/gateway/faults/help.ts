import { CONTROL_PREFIX } from '../control-prefix.ts';

/** The manual of fault rules, which the answer to `GET faults` contains. */
export const FAULTS_HELP = `POST ${CONTROL_PREFIX}faults with a JSON object adds a rule and answers with its id:
  service       required: kinesis, dynamodb, s3, firehose, comprehend, athena, cloudformation; lambda for functions
  action        an API action, e.g. PutRecords; absent: all
  caller        owner, or a function's logical id; * and ? match any text; absent: all
  contains      bytes that the body of the request contains, as they are in its JSON; absent: any body
  kind          throttle  the service's own throttling error
                error     the service's own 5xx
                timeout   no answer: the connection ends
                latency   the answer comes late
                partial   some entries of a batch fail and do not take effect
                kill      the function's worker ends during the invocation (service lambda)
                duplicate the function gets the same event twice, at the same time (service lambda)
  probability   how likely a matching call is hit, or
  count         how many matching calls are hit, the next ones first; neither: all
  seed          of the random numbers: the same seed gives the same run; absent: the rule's number
  code, status  another error code or HTTP status for throttle and error; code also for partial
  latency_ms    how late, or latency: {p50_ms, p99_ms} for a log-normal distribution;
                with the other kinds: how long before the fault
  share         of a batch's entries that fail (partial); absent: 0.5; at least one fails
  missing       true: documents are in neither list of Comprehend's answer (partial)
  after_effect  true: the call takes effect before its answer is lost (throttle, error, timeout)
Rules are tried in the order of their creation: latencies add up, and the first other fault wins.
GET lists the rules with the calls that they matched and hit.
DELETE ${CONTROL_PREFIX}faults removes all rules, DELETE ${CONTROL_PREFIX}faults/{id} removes one.`;
