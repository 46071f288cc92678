# The bytes of a torch.save() file around any pickle: an archive made by hand, from the published format of zip.
with_pickle <- function(pickle) {
  le <- function(value, bytes) as.raw((value %/% 256^(seq_len(bytes) - 1)) %% 256)
  name <- charToRaw("archive/data.pkl")
  size <- le(length(pickle), 4)
  # version and flags, method, time; then the checksum, the sizes, and the lengths of name and extra field
  fields <- c(le(0, 4), le(0, 2), le(0, 4), checksum(pickle), size, size, le(length(name), 2), le(0, 2))
  record <- c(charToRaw("PK\003\004"), fields, name, pickle)
  directory <- c(charToRaw("PK\001\002"), le(20, 2), fields, le(0, 14), name)
  end <- c(charToRaw("PK\005\006"), le(0, 4), le(1, 2), le(1, 2), le(length(directory), 4), le(length(record), 4), le(0, 2))
  c(record, directory, end)
}

# The four bytes of a CRC-32: gzip puts them before the last four of a file.
checksum <- function(bytes) {
  path <- withr::local_tempfile()
  con <- gzfile(path, "wb")
  writeBin(bytes, con)
  close(con)
  size <- file.size(path)
  readBin(path, "raw", size)[size - 7:4]
}
