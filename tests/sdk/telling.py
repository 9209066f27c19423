"""An uploader that tells. A module of its own, since the SDK uploads in another process."""

import urllib.parse

from glean.net import HttpClientUploader


class Telling(HttpClientUploader):
    """The SDK's own uploader, which also says what it sent and what became of it."""

    @classmethod
    def upload(cls, capable_request):
        result = super().upload(capable_request)
        path = urllib.parse.urlparse(capable_request.request.url).path
        _, _, _app, ping, _version, document = path.split("/")
        print(ping, document, getattr(result, "code", result), flush=True)
        return result
