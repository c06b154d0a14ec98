# Varnish 7 in front of Copydesk. Needs vmod xkey (Debian: varnish-modules).
#
# Copydesk says with each answer what it shows (Surrogate-Key), and tells Varnish which of these keys to forget:
#   PURGE_TARGETS=varnish://127.0.0.1:6081
# See docs/features/caching.md.

vcl 4.1;

import std;
import xkey;

backend default {
    .host = "127.0.0.1";
    .port = "8000";
    .connect_timeout = 2s;
    .first_byte_timeout = 60s;
    .between_bytes_timeout = 30s;
    .probe = {
        .url = "/health/live";
        # A server that was started anew is asked again after two seconds.
        .interval = 1s;
        .timeout = 1s;
        .window = 3;
        .threshold = 2;
        .initial = 2;
    }
}

# The server of /api/v1/stream/ (STREAM_PORT), which keeps connections open.
backend stream {
    .host = "127.0.0.1";
    .port = "8001";
    .connect_timeout = 2s;
}

# From where Copydesk's workers may tell Varnish to forget.
acl copydesk {
    "127.0.0.1";
    "::1";
}

sub vcl_recv {
    if (req.method == "PURGE") {
        # Behind whatever ends TLS on this machine, every reader comes from an address of the list. Varnish adds that
        # address to X-Forwarded-For, so a comma says that somebody stands behind it.
        if (client.ip !~ copydesk || req.http.X-Forwarded-For ~ ",") {
            return (synth(403, "Forbidden"));
        }
        if (!req.http.Surrogate-Key) {
            return (synth(400, "No Surrogate-Key"));
        }
        # Not softpurge: what was withdrawn must not be shown while the next answer is fetched.
        set req.http.X-Forgotten = xkey.purge(req.http.Surrogate-Key);
        return (synth(200, "Forgotten: " + req.http.X-Forgotten));
    }

    # What only this file may say.
    unset req.http.X-Forgotten;
    unset req.http.Surrogate-Key;

    if (req.url ~ "^/api/v1/stream/?(\?|$)") {
        set req.backend_hint = stream;
        return (pipe);
    }
    if (req.method != "GET" && req.method != "HEAD") {
        return (pass);
    }
    # The desk, drafts, other people's accounts, health: never kept.
    if (req.url !~ "^/(api/v1|feeds|sitemaps|media)/" && req.url !~ "^/llms\.txt(\?|$)") {
        return (pass);
    }
    if (req.url ~ "^/api/v1/(previews|workflow)/") {
        return (pass);
    }
    # What is answered to a key is for that key.
    if (req.http.Authorization) {
        return (pass);
    }
    # Pictures of drafts are shown to the desk only.
    if (req.url ~ "^/media/" && req.http.Cookie ~ "(^|; *)sessionid=") {
        return (pass);
    }
    # Readers have no session; a cookie of the desk must not make answers differ.
    unset req.http.Cookie;
    # The order of parameters does not matter.
    set req.url = std.querysort(req.url);
    # While the server is well, an answer that is over may be shown for a moment; else, for as long as it says.
    if (std.healthy(req.backend_hint)) {
        set req.grace = 30s;
    }
    return (hash);
}

sub vcl_backend_fetch {
    # Copydesk answers JSON, XML or Markdown, whatever somebody accepts.
    unset bereq.http.Accept;
}

sub vcl_backend_response {
    # Only what is said to be for everybody is kept, and never with a cookie.
    if (beresp.http.Cache-Control !~ "(^|[ ,])public([ ,]|$)" || beresp.http.Set-Cookie) {
        set beresp.uncacheable = true;
        set beresp.ttl = 2s;
        return (deliver);
    }
    set beresp.http.xkey = beresp.http.Surrogate-Key;
    # How long it may be shown while the server fails: never beyond the next embargo or expiry.
    set beresp.grace = 0s;
    if (beresp.http.Cache-Control ~ "stale-if-error=[0-9]+") {
        set beresp.grace = std.duration(
            regsub(beresp.http.Cache-Control, ".*stale-if-error=([0-9]+).*", "\1") + "s", 30s);
    }
    # For asking whether it is still the same.
    set beresp.keep = 10m;
    unset beresp.http.RateLimit;
    unset beresp.http.RateLimit-Policy;
    # Of the one request that fetched it.
    unset beresp.http.X-Request-ID;
    return (deliver);
}

sub vcl_backend_error {
    # A server that fails while nothing is kept: say so in the form of the API.
    set beresp.http.Content-Type = "application/problem+json";
    set beresp.http.Cache-Control = "no-store";
    set beresp.http.Retry-After = "5";
    synthetic("""{"type": "about:blank", "title": "Service unavailable", "status": """ + beresp.status
        + """, "detail": "The newsroom's server does not answer at the moment."}""");
    return (deliver);
}

sub vcl_deliver {
    unset resp.http.Surrogate-Key;
    unset resp.http.xkey;
    unset resp.http.Cache-Tag;
    unset resp.http.Via;
    unset resp.http.X-Varnish;
    if (resp.http.Cache-Control ~ "s-maxage=") {
        # Caches between here and the reader are not told to forget, so they ask each time.
        set resp.http.Cache-Control = "public, max-age=0, must-revalidate";
        unset resp.http.Age;
    }
    if (!resp.http.X-Request-ID && req.http.X-Request-ID ~ "(?i)^[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}$") {
        set resp.http.X-Request-ID = req.http.X-Request-ID;
    }
    if (obj.hits > 0) {
        set resp.http.X-Cache = "HIT";
    } else {
        set resp.http.X-Cache = "MISS";
    }
}

sub vcl_pipe {
    # An event must not wait in a connection that is used again.
    set bereq.http.Connection = "close";
}
