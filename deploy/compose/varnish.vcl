# Two web servers take turns; all else stands in deploy/varnish/default.vcl.

vcl 4.1;

import directors;

backend second {
    .host = "172.30.7.12";
    .port = "8000";
    .connect_timeout = 2s;
    .first_byte_timeout = 60s;
    .between_bytes_timeout = 30s;
    .probe = {
        .url = "/health/live";
        .interval = 2s;
        .timeout = 1s;
        .window = 5;
        .threshold = 3;
        .initial = 3;
    }
}

sub vcl_init {
    new webs = directors.round_robin();
    webs.add_backend(default);
    webs.add_backend(second);
}

sub vcl_recv {
    set req.backend_hint = webs.backend();
}

include "/tmp/copydesk.vcl";
