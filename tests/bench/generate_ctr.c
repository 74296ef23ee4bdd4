// SPDX-License-Identifier: MIT
// Contact records of about 2 KB as Firehose writes them: generate_ctr CONTACTS > contacts
//
// The same bytes every time, with nothing between two records. Two of three are calls that an
// agent took, the others were abandoned in their queue; every contact is another one.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define INSTANCE                                                                                   \
    "arn:aws:connect:eu-central-1:111122223333:instance/00000000-0000-4000-8000-0000000000aa"

static uint64_t state = 0x9E3779B97F4A7C15u;

static uint32_t next(uint32_t below) { // xorshift: chance that replays
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)(state >> 32) % below;
}

static void print_time(const char *name, uint32_t second) { // of March 2031
    printf("\"%s\":\"2031-03-%02" PRIu32 "T%02" PRIu32 ":%02" PRIu32 ":%02" PRIu32 "Z\",", name,
           second / 86400 % 28 + 1, second / 3600 % 24, second / 60 % 60, second % 60);
}

static void print_agent(uint32_t at) {
    uint32_t agent = next(400), talk = 20 + next(900), work = next(120);
    printf("\"Agent\":{\"ARN\":\"" INSTANCE "/agent/00000000-0000-4000-8000-000000000%03" PRIu32
           "\",\"AfterContactWorkDuration\":%" PRIu32 ",",
           agent, work);
    print_time("AfterContactWorkEndTimestamp", at + talk + work);
    print_time("AfterContactWorkStartTimestamp", at + talk);
    printf("\"AgentInteractionDuration\":%" PRIu32 ",", talk);
    print_time("ConnectedToAgentTimestamp", at);
    printf("\"CustomerHoldDuration\":%" PRIu32
           ",\"HierarchyGroups\":{\"Level1\":{\"ARN\":\"" INSTANCE
           "/agent-group/00000000-0000-4000-8000-0000000000c1\",\"GroupName\":\"S\xc3\xbc"
           "d\"},\"Level2\":{\"ARN\":\"" INSTANCE
           "/agent-group/00000000-0000-4000-8000-0000000000c2\",\"GroupName\":\"Team %" PRIu32
           "\"},\"Level3\":null,\"Level4\":null,\"Level5\":null},\"LongestHoldDuration\":%" PRIu32
           ",\"NumberOfHolds\":1,\"RoutingProfile\":{\"ARN\":\"" INSTANCE
           "/routing-profile/00000000-0000-4000-8000-0000000000dd\",\"Name\":\"Basic Routing "
           "Profile\"},\"Username\":\"agent%03" PRIu32 "@example.com\"},",
           next(30), agent / 20, next(20), agent);
}

static void print_attributes(void) {
    static const char *const languages[] = {"de-DE", "en-GB", "fr-FR", "pl-PL"};
    printf("\"Attributes\":{\"customerNumber\":\"%08" PRIu32
           "\",\"language\":\"%s\",\"menu\":\"%" PRIu32
           "\",\"postcallCTRImportEnabled\":\"true\",\"reason\":\"R\xc3\xbc"
           "ckfrage zur Rechnung %" PRIu32 "\",\"waited\":\"%" PRIu32 "\"},",
           next(100000000), languages[next(4)], next(9), next(100000), next(600));
}

static void print_queue(uint32_t at, uint32_t wait, int was_taken) {
    uint32_t queue = next(60);
    printf("\"Queue\":{\"ARN\":\"" INSTANCE "/queue/00000000-0000-4000-8000-0000000000%02" PRIu32
           "\",",
           queue);
    if (was_taken)
        print_time("DequeueTimestamp", at + wait);
    else
        printf("\"DequeueTimestamp\":null,");
    printf("\"Duration\":%" PRIu32 ",", wait);
    print_time("EnqueueTimestamp", at);
    printf("\"Name\":\"Queue %02" PRIu32 "\"},", queue);
}

static void print_contact(uint32_t number) {
    uint32_t at = next(28 * 86400), wait = 1 + next(300);
    int was_taken = next(3) != 0;
    printf("{\"AWSAccountId\":\"111122223333\","
           "\"AWSContactTraceRecordFormatVersion\":\"2017-03-10\",");
    if (was_taken)
        print_agent(at + wait);
    else
        printf("\"Agent\":null,");
    printf("\"AgentConnectionAttempts\":%d,", was_taken);
    print_attributes();
    printf("\"Channel\":\"VOICE\",");
    print_time("ConnectedToSystemTimestamp", at);
    printf("\"ContactId\":\"%08" PRIx32 "-0000-4000-8000-%012" PRIx32
           "\",\"CustomerEndpoint\":{\"Address\":\"+1202555%04" PRIu32
           "\",\"Type\":\"TELEPHONE_NUMBER\"},\"DisconnectReason\":\"CUSTOMER_DISCONNECT\",",
           number * 2654435761u, number, next(10000));
    print_time("DisconnectTimestamp", at + wait + 900);
    printf("\"InitialContactId\":null,\"InitiationMethod\":\"INBOUND\",");
    print_time("InitiationTimestamp", at);
    printf("\"InstanceARN\":\"" INSTANCE "\",");
    print_time("LastUpdateTimestamp", at + wait + 1000);
    printf("\"MediaStreams\":[{\"Type\":\"AUDIO\"}],\"NextContactId\":null,"
           "\"PreviousContactId\":null,");
    print_queue(at, wait, was_taken);
    if (was_taken)
        printf("\"Recording\":{\"DeletionReason\":null,\"Location\":\"example-recordings/connect/"
               "demo/CallRecordings/2031/03/04/%08" PRIx32 "-0000-4000-8000-%012" PRIx32
               "_20310304T16:01_UTC.wav\",\"Status\":\"AVAILABLE\",\"Type\":\"AUDIO\"},",
               number * 2654435761u, number);
    else
        printf("\"Recording\":null,");
    printf("\"References\":[],\"SystemEndpoint\":{\"Address\":\"+12025550199\","
           "\"Type\":\"TELEPHONE_NUMBER\"},\"TransferCompletedTimestamp\":null,"
           "\"TransferredToEndpoint\":null}");
}

int main(int argc, char **argv) {
    uint32_t n = argc == 2 ? (uint32_t)strtoul(argv[1], NULL, 10) : 0;
    if (!n) {
        fprintf(stderr, "generate_ctr: how many contacts?\n");
        return 2;
    }
    for (uint32_t i = 0; i < n; i++)
        print_contact(i + 1);
    return fflush(stdout) ? 1 : 0;
}
