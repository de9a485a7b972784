// Answers one case per line, as JSON: the opinion of an evaluator that is not ours, in a process of its own.
const { runSimulation } = require('@cloud-copilot/iam-simulate');
const readline = require('node:readline');

async function opinion(world) {
    const named = texts => texts.map((text, i) => ({ name: `p${i}`, policy: JSON.parse(text) }));
    const simulation = {
        request: {
            principal: world.principal,
            action: world.action,
            resource: { resource: world.resource, accountId: world.resourceAccount },
            contextVariables: world.context,
        },
        identityPolicies: named(world.identity),
        serviceControlPolicies: world.control.map((level, i) => ({ orgIdentifier: `ou${i}`, policies: named(level) })),
        resourceControlPolicies: world.guard.map((level, i) => ({ orgIdentifier: `ou${i}`, policies: named(level) })),
    };
    if (world.boundary) simulation.permissionBoundaryPolicies = named([world.boundary]);
    if (world.session) simulation.sessionPolicy = JSON.parse(world.session);
    if (world.resourcePolicy) simulation.resourcePolicy = JSON.parse(world.resourcePolicy);
    const result = await runSimulation(simulation, {});
    if (result.resultType === 'error') return { error: JSON.stringify(result.errors) };
    return { verdict: result.overallResult, ignored: result.result ? result.result.ignoredContextKeys : [] };
}

(async () => {
    for await (const line of readline.createInterface({ input: process.stdin })) {
        let answer;
        try {
            answer = await opinion(JSON.parse(line));
        } catch (e) {
            answer = { error: String(e && e.stack || e) };
        }
        process.stdout.write(JSON.stringify(answer) + '\n');
    }
})();
