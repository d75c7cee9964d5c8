# backfile in a container that crawls its list of sites every six hours; the archive lives in /archive.
FROM python:3.12-slim
WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY scraper scraper
COPY pipelines pipelines
COPY data data
RUN pip install --no-cache-dir '.[web]' && rm -rf /src && useradd --create-home archivist && install -d -o archivist /archive
USER archivist
WORKDIR /archive
ENV BACKFILE_DB=/archive/archive.db
VOLUME /archive
STOPSIGNAL SIGTERM
ENTRYPOINT ["backfile"]
CMD ["crawl", "--every", "6h", "--log-json"]
