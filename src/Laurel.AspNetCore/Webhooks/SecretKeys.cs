using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Laurel.AspNetCore.Webhooks;

/// <summary>
/// The keys that webhook secrets are sealed with: those of the option <c>Webhooks:EncryptionKey</c>, and the one in a file beside an embedded store, which is made when
/// a key is first needed and the option names none. The file opens what it sealed even when the option is set later. Any thread.
/// </summary>
internal sealed partial class SecretKeys
{
    /// <summary>Bytes of a key.</summary>
    public const int KeyBytes = 32;

    private readonly IReadOnlyList<byte[]> _configured;
    private readonly string? _path;
    private readonly ILogger<SecretKeys> _logger;
    private readonly Lock _lock = new();
    private byte[]? _ofFile;

    /// <summary><paramref name="configured"/> are checked option values. <paramref name="path"/> is the key file's, null where the store has no place for one.</summary>
    public SecretKeys(IReadOnlyList<string> configured, string? path, ILogger<SecretKeys> logger)
    {
        _configured = [.. configured.Select(Convert.FromBase64String)];
        _path = path;
        _logger = logger;
    }

    /// <summary>Whether the text is the base64 of a key.</summary>
    public static bool IsKey(ReadOnlySpan<char> text)
    {
        Span<byte> key = stackalloc byte[KeyBytes + 3];
        return Convert.TryFromBase64Chars(text, key, out var length) && length == KeyBytes;
    }

    /// <summary>The keys that open, the sealing one first. Empty where there is none yet, or none can be read.</summary>
    public IReadOnlyList<byte[]> All()
    {
        var ofFile = Read();
        return ofFile is null ? _configured : [.. _configured, ofFile];
    }

    /// <summary>The key that seals, made where there is none; null where there can be none, which the log explains.</summary>
    public byte[]? ForSealing()
    {
        if (_configured.Count > 0)
        {
            return _configured[0];
        }

        if (_path is null)
        {
            LogNone(_logger);
            return null;
        }

        lock (_lock)
        {
            // A file that cannot be read is not written over: it may hold what all secrets were sealed with.
            return Read() ?? (File.Exists(_path) ? null : _ofFile = Make(_path));
        }
    }

    private byte[]? Read()
    {
        lock (_lock)
        {
            // A file that was restored while the server runs is found, so only a key is remembered, not its absence.
            return _ofFile ??= _path is not null && File.Exists(_path) ? Read(_path) : null;
        }
    }

    private byte[]? Read(string path)
    {
        try
        {
            var text = File.ReadAllText(path).Trim();
            if (IsKey(text))
            {
                return Convert.FromBase64String(text);
            }

            LogUnreadable(_logger, path, $"it does not hold the base64 of {KeyBytes} bytes");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogUnreadable(_logger, path, e.Message);
        }

        return null;
    }

    // Whole and on disk before it has its name: a crash must not leave half a key, nor secrets sealed with a key that was lost.
    private byte[]? Make(string path)
    {
        var key = RandomNumberGenerator.GetBytes(KeyBytes);
        var draft = path + ".new";
        try
        {
            File.Delete(draft);
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            using (var file = new FileStream(draft, options))
            {
                file.Write(Encoding.ASCII.GetBytes(Convert.ToBase64String(key) + "\n"));
                file.Flush(flushToDisk: true);
            }

            File.Move(draft, path, overwrite: false);
            LogMade(_logger, path);
            return key;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogUnwritable(_logger, path, e.Message);
            return null;
        }
    }

    [LoggerMessage(LogLevel.Error, "There is no key to encrypt webhook secrets with: nodes that share a store must share a key. Set Laurel:Webhooks:EncryptionKey to the base64 of 32 random bytes, the same on all of them.")]
    private static partial void LogNone(ILogger logger);

    [LoggerMessage(LogLevel.Warning, "The key that webhook secrets are encrypted with was made and is kept in {Path}. Back it up with the store: without it no webhook can be signed. Or set Laurel:Webhooks:EncryptionKey.")]
    private static partial void LogMade(ILogger logger, string path);

    [LoggerMessage(LogLevel.Error, "The key that webhook secrets are encrypted with cannot be read from {Path}: {Reason}. Restore the file from its backup, or set Laurel:Webhooks:EncryptionKey and rotate the secrets.")]
    private static partial void LogUnreadable(ILogger logger, string path, string reason);

    [LoggerMessage(LogLevel.Error, "The key that webhook secrets are encrypted with cannot be kept in {Path}: {Reason}. Make the folder writable, or set Laurel:Webhooks:EncryptionKey.")]
    private static partial void LogUnwritable(ILogger logger, string path, string reason);
}
