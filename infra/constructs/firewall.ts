import type { aws_apigateway as apigateway } from 'aws-cdk-lib';
import { aws_wafv2 as wafv2 } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/**
 * Puts AWS WAF in front of the API. It blocks an address that sends too many requests, and the
 * addresses that AWS lists as attackers. The rules of AWS for request bodies are left out, because
 * they block bodies of more than 8 KB.
 * Source: https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-baseline.html
 */
export function addFirewall(
  scope: Construct,
  { stage, name, limit }: { stage: apigateway.Stage; name: string; limit: number },
): void {
  const acl = new wafv2.CfnWebACL(scope, 'Firewall', {
    scope: 'REGIONAL',
    description: 'Limits the requests of each address to the API',
    defaultAction: { allow: {} },
    visibilityConfig: visibility(`${name}-firewall`),
    rules: [limitRate(`${name}-rate`, limit), blockAttackers(`${name}-attackers`)],
  });
  new wafv2.CfnWebACLAssociation(scope, 'FirewallAssociation', {
    resourceArn: stage.stageArn,
    webAclArn: acl.attrArn,
  });
}

function limitRate(metric: string, limit: number): wafv2.CfnWebACL.RuleProperty {
  return {
    name: 'requests-of-an-address',
    priority: 0,
    action: { block: {} },
    statement: { rateBasedStatement: { aggregateKeyType: 'IP', limit, evaluationWindowSec: 300 } },
    visibilityConfig: visibility(metric),
  };
}

function blockAttackers(metric: string): wafv2.CfnWebACL.RuleProperty {
  const group = { vendorName: 'AWS', name: 'AWSManagedRulesAmazonIpReputationList' };
  return {
    name: 'known-attackers',
    priority: 1,
    overrideAction: { none: {} },
    statement: { managedRuleGroupStatement: group },
    visibilityConfig: visibility(metric),
  };
}

function visibility(metricName: string): wafv2.CfnWebACL.VisibilityConfigProperty {
  return { cloudWatchMetricsEnabled: true, sampledRequestsEnabled: false, metricName };
}
