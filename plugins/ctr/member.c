// SPDX-License-Identifier: MIT
// The table: one line a member.
#include "member.h"

#define NEWER MEMBER_NEWER
#define WHEN_SET MEMBER_WHEN_SET

// The key is set apart. LastUpdateTimestamp is also the record's version.
static const struct member record[] = {
    {"/AWSAccountId", "AWSAccountId__c", NULL, FORM_TEXT, 0},
    {"/AgentConnectionAttempts", "AgentConnectionAttempts__c", NULL, FORM_NUMBER, 0},
    {MEMBER_ATTRIBUTES, "Attributes__c", NULL, FORM_JSON, 0},
    {"/Channel", "Channel__c", NULL, FORM_TEXT, WHEN_SET}, // the package requires it
    {"/ConnectedToSystemTimestamp", "ConnectedToSystemTimestamp__c", NULL, FORM_TIME, 0},
    {"/DisconnectTimestamp", "DisconnectTimestamp__c", NULL, FORM_TIME, 0},
    {"/InitialContactId", "InitialContactId__c", NULL, FORM_TEXT, 0},
    {"/InitiationMethod", "Initiation_Method__c", "InitiationMethod__c", FORM_WORD, 0},
    {"/InitiationTimestamp", "InitiationTimestamp__c", NULL, FORM_TIME, 0},
    {"/InstanceARN", "InstanceARN__c", NULL, FORM_TEXT, 0},
    {"/LastUpdateTimestamp", "LastUpdateTimestamp__c", NULL, FORM_TIME, 0},
    {"/NextContactId", "NextContactId__c", NULL, FORM_TEXT, 0},
    {"/PreviousContactId", "PreviousContactId__c", NULL, FORM_TEXT, 0},
    {"/TransferCompletedTimestamp", "TransferCompletedTimestamp__c", NULL, FORM_TIME, WHEN_SET},
    // What no package has, but orgs add.
    {"/AWSContactTraceRecordFormatVersion", "AWSContactTraceRecordFormatVersion__c", NULL,
     FORM_TEXT, NEWER},
    {"/AdditionalEmailRecipients", "AdditionalEmailRecipients__c", NULL, FORM_JSON, NEWER},
    {"/AnsweringMachineDetectionStatus", "AnsweringMachineDetectionStatus__c", NULL, FORM_WORD,
     NEWER},
    {"/ChatMetrics", "ChatMetrics__c", NULL, FORM_JSON, NEWER},
    {"/ContactAssociationId", "ContactAssociationId__c", NULL, FORM_TEXT, NEWER},
    {"/ContactDetails", "ContactDetails__c", NULL, FORM_JSON, NEWER},
    {"/ContactEvaluations", "ContactEvaluations__c", NULL, FORM_JSON, NEWER},
    {"/ContactLens", "ContactLens__c", NULL, FORM_JSON, NEWER},
    {"/Customer", "Customer__c", NULL, FORM_JSON, NEWER},
    {"/CustomerId", "CustomerId__c", NULL, FORM_TEXT, NEWER},
    {"/CustomerVoiceActivity", "CustomerVoiceActivity__c", NULL, FORM_JSON, NEWER},
    {"/DisconnectDetails", "DisconnectDetails__c", NULL, FORM_JSON, NEWER},
    {"/DisconnectReason", "DisconnectReason__c", "Disconnect_Reason__c", FORM_WORD, NEWER},
    {"/ExternalThirdParty", "ExternalThirdParty__c", NULL, FORM_JSON, NEWER},
    {"/GlobalResiliencyMetadata", "GlobalResiliencyMetadata__c", NULL, FORM_JSON, NEWER},
    {"/LastPausedTimestamp", "LastPausedTimestamp__c", NULL, FORM_TIME, NEWER},
    {"/LastResumedTimestamp", "LastResumedTimestamp__c", NULL, FORM_TIME, NEWER},
    {"/MediaStreams", "MediaStreams__c", NULL, FORM_JSON, NEWER},
    {"/NextContacts", "NextContacts__c", NULL, FORM_JSON, NEWER},
    {"/OutboundStrategy", "OutboundStrategy__c", NULL, FORM_JSON, NEWER},
    {"/QualityMetrics", "QualityMetrics__c", NULL, FORM_JSON, NEWER},
    {"/Recordings", "Recordings__c", NULL, FORM_JSON, NEWER},
    {"/References", "References__c", NULL, FORM_JSON, NEWER},
    {"/RelatedContactId", "RelatedContactId__c", NULL, FORM_TEXT, NEWER},
    {"/RoutingCriteria", "RoutingCriteria__c", NULL, FORM_JSON, NEWER},
    {"/ScheduledTimestamp", "ScheduledTimestamp__c", NULL, FORM_TIME, NEWER},
    {"/SegmentAttributes", "SegmentAttributes__c", NULL, FORM_JSON, NEWER},
    {"/Tags", "Tags__c", NULL, FORM_JSON, NEWER},
    {"/TotalPauseCount", "TotalPauseCount__c", NULL, FORM_NUMBER, NEWER},
    {"/TotalPauseDurationInSeconds", "TotalPauseDurationInSeconds__c", NULL, FORM_NUMBER, NEWER},
    {"/VoiceIdResult", "VoiceIdResult__c", NULL, FORM_JSON, NEWER},
};

static const struct member agent[] = {
    {"/Agent/AfterContactWorkDuration", "AfterContactWorkDuration__c", NULL, FORM_NUMBER, 0},
    {"/Agent/AfterContactWorkEndTimestamp", "AfterContactWorkEndTimestamp__c", NULL, FORM_TIME, 0},
    {"/Agent/AfterContactWorkStartTimestamp", "AfterContactWorkStartTimestamp__c", NULL, FORM_TIME,
     0},
    {"/Agent/AgentInteractionDuration", "AgentInteractionDuration__c", NULL, FORM_NUMBER, 0},
    {"/Agent/ConnectedToAgentTimestamp", "AgentConnectedToAgentTimestamp__c", NULL, FORM_TIME, 0},
    {"/Agent/CustomerHoldDuration", "AgentCustomerHoldDuration__c", NULL, FORM_NUMBER, 0},
    // The package called it Groups before its version 5.6.
    {"/Agent/HierarchyGroups", "AgentHierarchyGroup__c", "AgentHierarchyGroups__c", FORM_JSON, 0},
    {"/Agent/LongestHoldDuration", "AgentLongestHoldDuration__c", NULL, FORM_NUMBER, 0},
    {"/Agent/NumberOfHolds", "AgentNumberOfHolds__c", NULL, FORM_NUMBER, 0},
    {"/Agent/Username", "AgentUsername__c", NULL, FORM_TEXT, 0},
    {"/Agent/ARN", "AgentARN__c", NULL, FORM_TEXT, NEWER},
    {"/Agent/AcceptedByAgentTimestamp", "AgentAcceptedByAgentTimestamp__c",
     "AcceptedByAgentTimestamp__c", FORM_TIME, NEWER},
    {"/Agent/AgentInitiatedHoldDuration", "AgentInitiatedHoldDuration__c", NULL, FORM_NUMBER,
     NEWER},
    {"/Agent/AgentPauseDuration", "AgentPauseDuration__c", NULL, FORM_NUMBER, NEWER},
    {"/Agent/Capabilities", "AgentCapabilities__c", NULL, FORM_JSON, NEWER},
    {"/Agent/DeviceInfo", "AgentDeviceInfo__c", NULL, FORM_JSON, NEWER},
    {"/Agent/PreviewEndTimestamp", "AgentPreviewEndTimestamp__c", "PreviewEndTimestamp__c",
     FORM_TIME, NEWER},
    {"/Agent/StateTransitions", "AgentStateTransitions__c", NULL, FORM_JSON, NEWER},
};

static const struct member routing_profile[] = {
    {"/Agent/RoutingProfile/ARN", "AgentRoutingProfileARN__c", NULL, FORM_TEXT, 0},
    {"/Agent/RoutingProfile/Name", "AgentRoutingProfileName__c", NULL, FORM_TEXT, 0},
};

static const struct member queue[] = {
    {"/Queue/ARN", "QueueARN__c", NULL, FORM_TEXT, 0},
    {"/Queue/DequeueTimestamp", "QueueDequeueTimestamp__c", NULL, FORM_TIME, 0},
    {"/Queue/Duration", "QueueDuration__c", NULL, FORM_NUMBER, 0},
    {"/Queue/EnqueueTimestamp", "QueueEnqueueTimestamp__c", NULL, FORM_TIME, 0},
    {"/Queue/Name", "QueueName__c", NULL, FORM_TEXT, 0},
};

static const struct member recording[] = {
    {"/Recording/DeletionReason", "RecordingDeletionReason__c", NULL, FORM_TEXT, 0},
    {"/Recording/Location", "RecordingLocation__c", NULL, FORM_TEXT, 0},
    {"/Recording/Status", "RecordingStatus__c", NULL, FORM_WORD, 0},
    {"/Recording/Type", "RecordingType__c", NULL, FORM_WORD, NEWER},
};

static const struct member customer_endpoint[] = {
    {"/CustomerEndpoint/Address", "CustomerEndpointAddress__c", NULL, FORM_TEXT, 0},
    {"/CustomerEndpoint/Type", "CustomerEndpointType__c", NULL, FORM_WORD, NEWER},
};

static const struct member system_endpoint[] = {
    {"/SystemEndpoint/Address", "SystemEndpointAddress__c", NULL, FORM_TEXT, 0},
    {"/SystemEndpoint/Type", "SystemEndpointType__c", NULL, FORM_WORD, NEWER},
};

static const struct member transferred_to[] = {
    {"/TransferredToEndpoint/Address", "TransferredToEndpoint__c",
     "TransferredToEndpointAddress__c", FORM_TEXT, 0},
    {"/TransferredToEndpoint/Type", "TransferredToEndpointType__c", NULL, FORM_WORD, NEWER},
};

static const struct member campaign[] = {
    {"/Campaign/CampaignId", "CampaignId__c", NULL, FORM_TEXT, NEWER},
};

static const struct member contact_details[] = {
    {"/ContactDetails/Description", "ContactDetailsDescription__c", NULL, FORM_TEXT, NEWER},
    {"/ContactDetails/Name", "ContactDetailsName__c", NULL, FORM_TEXT, NEWER},
};

static const struct member disconnect_details[] = {
    {"/DisconnectDetails/PotentialDisconnectIssue", "PotentialDisconnectIssue__c", NULL, FORM_WORD,
     NEWER},
};

static const struct member resiliency[] = {
    {"/GlobalResiliencyMetadata/ActiveRegion", "ActiveRegion__c", NULL, FORM_TEXT, NEWER},
    {"/GlobalResiliencyMetadata/OriginRegion", "OriginRegion__c", NULL, FORM_TEXT, NEWER},
    {"/GlobalResiliencyMetadata/TrafficDistributionGroupId", "TrafficDistributionGroupId__c", NULL,
     FORM_TEXT, NEWER},
};

static const struct member agent_audio[] = {
    {"/QualityMetrics/Agent/Audio/QualityScore", "AgentAudioQualityScore__c", NULL, FORM_NUMBER,
     NEWER},
};

static const struct member customer_audio[] = {
    {"/QualityMetrics/Customer/Audio/QualityScore", "CustomerAudioQualityScore__c", NULL,
     FORM_NUMBER, NEWER},
};

static const struct member task_template[] = {
    {"/TaskTemplateInfo/ARN", "TaskTemplateInfoARN__c", "TaskTemplateARN__c", FORM_TEXT, NEWER},
    {"/TaskTemplateInfo/Name", "TaskTemplateInfoName__c", "TaskTemplateName__c", FORM_TEXT, NEWER},
};

static const struct member wisdom[] = {
    {"/WisdomInfo/SessionArn", "WisdomInfoSessionArn__c", "WisdomSessionArn__c", FORM_TEXT, NEWER},
};

#define GROUP(pointer, members)                                                                    \
    { pointer, members, sizeof(members) / sizeof *(members) }

const struct group member_groups[MEMBER_GROUPS] = {
    GROUP("", record),
    GROUP("/Agent", agent),
    GROUP("/Agent/RoutingProfile", routing_profile),
    GROUP("/Queue", queue),
    GROUP("/Recording", recording),
    GROUP("/CustomerEndpoint", customer_endpoint),
    GROUP("/SystemEndpoint", system_endpoint),
    GROUP("/TransferredToEndpoint", transferred_to),
    GROUP("/Campaign", campaign),
    GROUP("/ContactDetails", contact_details),
    GROUP("/DisconnectDetails", disconnect_details),
    GROUP("/GlobalResiliencyMetadata", resiliency),
    GROUP("/QualityMetrics/Agent/Audio", agent_audio),
    GROUP("/QualityMetrics/Customer/Audio", customer_audio),
    GROUP("/TaskTemplateInfo", task_template),
    GROUP("/WisdomInfo", wisdom),
};
