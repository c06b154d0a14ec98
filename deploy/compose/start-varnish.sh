#!/bin/sh
# deploy/varnish/default.vcl with the addresses of compose.yaml, and a second web server beside the first.
set -e
folder=${1:-/etc/copydesk}
sed -e '/^backend default/,/^}/s/127\.0\.0\.1/172.30.7.11/' \
    -e '/^backend stream/,/^}/s/127\.0\.0\.1/172.30.7.13/' \
    -e '/^acl copydesk/,/^}/s/127\.0\.0\.1/172.30.7.10/' \
    "$folder/default.vcl" >/tmp/copydesk.vcl
exec varnishd -F -f "$folder/varnish.vcl" -a :80 -s malloc,512m
