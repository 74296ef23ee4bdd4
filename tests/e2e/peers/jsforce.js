// SPDX-License-Identifier: MIT
// What jsforce does against acload-sandbox, one verdict a line: node jsforce.js URL
'use strict';
const path = require('path');
const url = process.argv[2];
const jsforce = require(path.join(process.env.PEER_MODULES, 'jsforce'));

async function check(name, run) {
    try {
        const said = await run();
        if (said === undefined || said === true) console.log(`ok ${name}`);
        else console.log(`not ok ${name}\n    ${JSON.stringify(said)}`);
    } catch (e) {
        console.log(`not ok ${name}\n    ${e && e.stack}`);
    }
}
const same = (have, want) =>
    JSON.stringify(have) === JSON.stringify(want) || { have, want };
const rows = (n, from) => Array.from({ length: n }, (_, i) => ({
    Ext__c: `j${from + i}`, Need__c: 'n', Name: `row "${from + i}", ä`, Amount__c: i / 4,
}));

async function main() {
    const conn = new jsforce.Connection({ loginUrl: url, version: '62.0' });
    await check('login_by_the_partner_soap_api', async () => {
        const who = await conn.login('integration@example.com', 'sandbox-passwordSECURITY');
        return same([who.organizationId, who.id],
            ['00D5eB000000001EBA', '0055eB000000001ABA']);
    });
    await check('a_wrong_password_is_an_error', async () => {
        const other = new jsforce.Connection({ loginUrl: url });
        try {
            await other.login('integration@example.com', 'wrong');
        } catch (e) {
            return /INVALID_LOGIN/.test(e.message) || e.message;
        }
        return 'it logged in';
    });
    await check('login_by_client_credentials', async () => {
        const other = new jsforce.Connection({
            instanceUrl: url,
            oauth2: { clientId: 'sandbox-client', clientSecret: 'sandbox-secret', loginUrl: url },
        });
        await other.authorize({ grant_type: 'client_credentials' });
        return same((await other.identity()).username, 'integration@example.com');
    });
    await check('login_by_password_with_oauth', async () => {
        const other = new jsforce.Connection({
            oauth2: { clientId: 'sandbox-client', clientSecret: 'sandbox-secret', loginUrl: url },
        });
        await other.login('integration@example.com', 'sandbox-passwordSECURITY');
        return same(other.instanceUrl, url);
    });
    await check('describe', async () => {
        const d = await conn.describe('Thing__c');
        const f = d.fields.find((x) => x.name === 'Ext__c');
        return same([d.keyPrefix, f.externalId, f.length], ['a8T', true, 20]);
    });
    await check('describe_global', async () =>
        (await conn.describeGlobal()).sobjects.some((o) => o.name === 'Thing__c'));
    await check('versions', async () => (await conn.request('/services/data')).length > 30);
    await check('limits', async () => (await conn.request('/limits')).DailyApiRequests.Max > 0);
    await check('usage_is_read_from_the_header', async () => conn.limitInfo.apiUsage.limit === 100000);

    await check('create_retrieve_update_delete', async () => {
        const made = await conn.sobject('Thing__c').create({ Need__c: 'n', Ext__c: 'one' });
        const got = await conn.sobject('Thing__c').retrieve(made.id);
        const changed = await conn.sobject('Thing__c').update({ Id: made.id, Name: 'new' });
        const gone = await conn.sobject('Thing__c').destroy(made.id);
        return same([made.success, got.Ext__c, changed.success, gone.success],
            [true, 'one', true, true]);
    });
    await check('errors_have_their_code', async () => {
        try {
            await conn.sobject('Thing__c').create({ Ext__c: 'bad' });
        } catch (e) {
            return same(e.errorCode, 'REQUIRED_FIELD_MISSING');
        }
        return 'it was created';
    });
    await check('single_upsert', async () => {
        const a = await conn.sobject('Thing__c').upsert({ Ext__c: 'up', Need__c: 'n' }, 'Ext__c');
        const b = await conn.sobject('Thing__c').upsert({ Ext__c: 'UP', Need__c: 'm' }, 'Ext__c');
        return same([a.created, b.created, a.id], [true, false, b.id]);
    });
    await check('collections_upsert_with_recursion', async () => {
        const said = await conn.sobject('Thing__c').upsert(rows(450, 0), 'Ext__c',
            { allowRecursive: true });
        return same([said.length, said.filter((r) => r.success).length], [450, 450]);
    });
    await check('collections_keep_the_order', async () => {
        const said = await conn.sobject('Thing__c').upsert(
            [{ Ext__c: 'j0', Name: 'x' }, { Ext__c: 'new' }, { Ext__c: 'j1', Name: 'y' }], 'Ext__c');
        return same(said.map((r) => r.success), [true, false, true]);
    });
    await check('collections_create_update_delete', async () => {
        const made = await conn.sobject('Thing__c').create([{ Need__c: 'a' }, { Need__c: 'b' }]);
        const changed = await conn.sobject('Thing__c').update(
            made.map((r) => ({ Id: r.id, Name: 'c' })));
        const gone = await conn.sobject('Thing__c').destroy(made.map((r) => r.id));
        return same([made, changed, gone].map((l) => l.every((r) => r.success)),
            [true, true, true]);
    });

    const job = (options, input) => conn.bulk2.loadAndWaitForResults(
        { object: 'Thing__c', pollInterval: 20, pollTimeout: 20000, ...options, input });
    await check('bulk2_upsert_with_all_results', async () => {
        const bad = { Ext__c: 'badrow', Need__c: 'longer than ten', Name: '', Amount__c: '' };
        const r = await job({ operation: 'upsert', externalIdFieldName: 'Ext__c' },
            [...rows(2500, 400), bad]);
        const created = r.successfulResults.filter((x) => x.sf__Created === 'true').length;
        return same([r.successfulResults.length, created, r.failedResults.length,
            r.failedResults[0].sf__Error.split(':')[0], r.unprocessedRecords.length],
        [2500, 2450, 1, 'STRING_TOO_LONG', 0]);
    });
    await check('bulk2_of_csv_text', async () => {
        const r = await job({ operation: 'insert' }, 'Need__c,Name\nq,"a, ""b"""\n');
        return same(r.successfulResults.map((x) => x.Name), ['a, "b"']);
    });
    await check('bulk2_delete', async () => {
        const found = await conn.query("SELECT Id FROM Thing__c WHERE Need__c = 'q'");
        const r = await job({ operation: 'delete' }, found.records.map((x) => ({ Id: x.Id })));
        return same([r.successfulResults.length, r.failedResults.length], [1, 0]);
    });
    await check('bulk2_a_failed_job_is_an_error', async () => {
        try {
            await job({ operation: 'insert' }, [{ Nope__c: 'x' }]);
        } catch (e) {
            return /Field name not found/.test(String(e)) || String(e);
        }
        return 'it did not fail';
    });

    await check('query_follows_its_pages', async () => {
        const seen = [];
        const q = conn.query("SELECT Id, Name FROM Thing__c WHERE Ext__c LIKE 'j%'",
            { autoFetch: true, maxFetch: 10000 });
        q.on('record', (r) => seen.push(r.Name));
        const all = await q;
        return same([all.totalSize, seen.length || all.records.length], [2900, 2900]);
    });
    await check('query_more_by_hand', async () => {
        const first = await conn.query('SELECT Id FROM Thing__c');
        const next = await conn.queryMore(first.nextRecordsUrl);
        return same([first.records.length, first.done, next.done,
            first.records.length + next.records.length], [2000, false, true, first.totalSize]);
    });
    await check('find_with_conditions', async () => {
        const found = await conn.sobject('Thing__c')
            .find({ Amount__c: { $gte: 10, $lt: 11 }, Ext__c: { $like: 'j4__' } }, 'Id, Ext__c, Amount__c')
            .sort({ Ext__c: -1 }).limit(3);
        return found.length === 3 && found[0].Ext__c > found[2].Ext__c;
    });
    await check('find_with_a_date', async () => (await conn.sobject('Thing__c')
        .find({ CreatedDate: { $gt: jsforce.SfDate.YESTERDAY } }, 'Id').limit(5)).length === 5);
    await check('search', async () =>
        (await conn.search('FIND {"integration user"} IN ALL FIELDS RETURNING User(Id, Name)'))
            .searchRecords.length === 1);
    await check('chatter_post', async () => {
        const me = await conn.identity();
        const said = await conn.chatter.resource('/feed-elements').create({
            body: { messageSegments: [{ type: 'Text', text: 'hello' }] },
            feedElementType: 'FeedItem', subjectId: me.user_id,
        });
        return said.id.startsWith('0D5');
    });
    await check('an_ended_session_is_renewed', async () => {
        const other = new jsforce.Connection({
            oauth2: { clientId: 'sandbox-client', clientSecret: 'sandbox-secret', loginUrl: url },
        });
        await other.login('integration@example.com', 'sandbox-passwordSECURITY');
        other._refreshDelegate = undefined;
        const again = new jsforce.Connection({
            oauth2: { clientId: 'sandbox-client', clientSecret: 'sandbox-secret', loginUrl: url },
            instanceUrl: url, accessToken: 'dead', refreshToken: 'sandbox-refresh',
        });
        return (await again.query('SELECT Id FROM User')).totalSize === 1;
    });
    await check('logout', async () => { await conn.logout(); });
}
main().catch((e) => {
    console.log(`not ok jsforce_runs_to_its_end\n    ${e && e.stack}`);
    process.exitCode = 1;
});
