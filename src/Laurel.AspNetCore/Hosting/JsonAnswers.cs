using System.Text.Encodings.Web;
using System.Text.Json;

namespace Laurel.AspNetCore.Hosting;

/// <summary>How answers are written: JSON for programs, never HTML, so that no umlaut needs an escape. Our own writing is valid and not checked again.</summary>
internal static class JsonAnswers
{
    public static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };
}
