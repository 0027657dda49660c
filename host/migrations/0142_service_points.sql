-- Where residents are served within a walk (15-minute circle). CGCS2000, degrees.
CREATE TABLE service_points (
    code TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    name_en TEXT NOT NULL,
    address TEXT NOT NULL,
    community TEXT NOT NULL REFERENCES divisions (code),
    lon DOUBLE PRECISION NOT NULL,
    lat DOUBLE PRECISION NOT NULL,
    hours TEXT NOT NULL,
    services TEXT NOT NULL,
    wheelchair BIGINT NOT NULL CHECK (wheelchair IN (0, 1))
);
CREATE INDEX service_points_place ON service_points (lat, lon);
CREATE INDEX service_points_community ON service_points (community);
