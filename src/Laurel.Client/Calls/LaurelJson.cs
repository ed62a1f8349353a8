using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Laurel.Client;

/// <summary>
/// How the types stand on the wire, made by the compiler, so that nothing is looked up by reflection. A member that an answer must have and has not is an error, not
/// a null that shows later; a member that this client does not know is passed over, so that servers may be newer.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowOutOfOrderMetadataProperties = true)]
[JsonSerializable(typeof(EmitEvent))]
[JsonSerializable(typeof(EventBatch))]
[JsonSerializable(typeof(EventEmitted))]
[JsonSerializable(typeof(EventBatchEmitted))]
[JsonSerializable(typeof(EventTried))]
[JsonSerializable(typeof(EventTrace))]
[JsonSerializable(typeof(EventHistory))]
[JsonSerializable(typeof(UpsertParticipant))]
[JsonSerializable(typeof(JsonObject))]
[JsonSerializable(typeof(JsonElement))]
[JsonSerializable(typeof(Participant))]
[JsonSerializable(typeof(ParticipantState))]
[JsonSerializable(typeof(FactList))]
[JsonSerializable(typeof(ParticipantErased))]
[JsonSerializable(typeof(AwardPoints))]
[JsonSerializable(typeof(DeductPoints))]
[JsonSerializable(typeof(AwardBatch))]
[JsonSerializable(typeof(PointsAwarded))]
[JsonSerializable(typeof(PointsDeducted))]
[JsonSerializable(typeof(PointsBatchAwarded))]
[JsonSerializable(typeof(PointBalance))]
[JsonSerializable(typeof(PointTransactionList))]
[JsonSerializable(typeof(AwardBadge))]
[JsonSerializable(typeof(BadgeAwarded))]
[JsonSerializable(typeof(ParticipantBadges))]
[JsonSerializable(typeof(AssignTier))]
[JsonSerializable(typeof(TierAssigned))]
[JsonSerializable(typeof(ParticipantTier))]
[JsonSerializable(typeof(RecordStreak))]
[JsonSerializable(typeof(StreakRecorded))]
[JsonSerializable(typeof(ParticipantStreaks))]
[JsonSerializable(typeof(Enrolling))]
[JsonSerializable(typeof(Enrollment))]
[JsonSerializable(typeof(ParticipantChallengeList))]
[JsonSerializable(typeof(ShopRewardList))]
[JsonSerializable(typeof(Claiming))]
[JsonSerializable(typeof(RewardClaimed))]
[JsonSerializable(typeof(ClaimList))]
[JsonSerializable(typeof(ClaimOfParticipant))]
[JsonSerializable(typeof(MovingClaim))]
[JsonSerializable(typeof(ClaimMoved))]
[JsonSerializable(typeof(UploadingCodes))]
[JsonSerializable(typeof(RewardCodesAdded))]
[JsonSerializable(typeof(RewardStock))]
[JsonSerializable(typeof(Publication))]
[JsonSerializable(typeof(ProblemDocument))]
internal sealed partial class LaurelJson : JsonSerializerContext;
