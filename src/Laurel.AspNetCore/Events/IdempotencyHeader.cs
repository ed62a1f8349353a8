using Laurel.AspNetCore.Hosting;
using Laurel.Facts;
using Microsoft.AspNetCore.Http;

namespace Laurel.AspNetCore.Events;

/// <summary>The header <c>Idempotency-Key</c>, the same for every call that takes it. Source: contract "Headers".</summary>
internal static class IdempotencyHeader
{
    private const string Name = "Idempotency-Key";

    /// <summary>The key, null where none was sent; false where what was sent is none.</summary>
    public static bool TryRead(HttpContext context, out string? key)
    {
        var values = context.Request.Headers[Name];
        key = values.Count == 0 ? null : values[0] ?? "";
        return key is null || (values.Count == 1 && Identifiers.IsHeaderIdempotencyKey(key));
    }

    /// <summary>400 for a header that is no key.</summary>
    public static Task RefuseAsync(HttpContext context) => Problem.WriteAsync(
        context, 400, "IDEMPOTENCY_KEY_INVALID", "The header Idempotency-Key must be one value of 1 to 255 characters from A-Z a-z 0-9 _ - : and the full stop. Change the key, or leave the header out.");
}
